/**
 * Words that the project has retired stay away: from what the program prints
 * (string literals of src/: help, titles, messages) and from the pages. What is
 * said instead is in docs/glossary.md. Code in backticks is not prose.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { COLUMNS, DETAILS, TABLE } from "../../src/lab/print/columns.ts";
import { ROOT, sourcesOf } from "../structure/sources.ts";

/** Nowhere: neither on a page nor in a message. */
const RETIRED: readonly (readonly [RegExp, string])[] = [
  [/\b(whom|whoever)\b/i, "name the one who acts"],
  [/\b(of|for) it(?=[.,;:)]|$)/, "put the noun back"],
  [/\bnot to be told\b/, "no clear difference; inconclusive"],
  [/\bat once\b/, "immediately; at the same time"],
  [/\bfor ever\b/, "forever"],
  [/\b(mend|mends|mended|heed|heeds)\b/, "fix; watch for"],
  [/\b(save|but) for\b(?= (the|a|an|those|what|its)\b)/, "except"],
  [/\b(hence|that is why)\b/i, "because; so"],
  [/\bmeanwhile\b/, "during that time"],
  [/\bbeside\b/, "next to; compared with"],
  [/\b(he|him|his|himself)\b/, "it"],
  [/\b(hears|is told|are told|was told)\b/, "is notified; rejects with; throws"],
  [/\b(joiner|joiners|unstarted)\b/, "await its result; not started"],
  [/\b(open|closed) worlds?\b/, "a `start` runtime; a `run` program"],
  [/\bsuccessors?\b/, "replacement"],
  [/\bcannot travel\b/, "cannot be sent to another thread"],
  [/\btravels? (as|to)\b/, "is passed by reference"],
  [/\b(staging )?dump(s)? (for|of) (loads|cartloads)\b|\bstaging dump\b/, "staging pile"],
  [/\b(holds if|fails here)\b/, "not testable here; does not hold here"],
  [/\bthreads without processors\b/, "two threads on one core"],
  [/\b(are|is) no (defect|operation|error)s?\b/, "is not an error"],
  [/\bexclude each other\b|\bhas no meaning with\b|\bnothing to compare with\b/, "use A or B, not both; cannot be used with"],
  [/\bhas no room for\b/, "is full"],
  [/\bgrain\b(?= of (a|the|one|1|about|timers|Node))/, "resolution"],
  [/\bdoubtful\b/, "unreliable"],
  [/\b(some|another) \d/, "about 300"],
];

/** In what the program prints. On pages about the source a processor is the loop of a thread. */
const RETIRED_IN_MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/(?<!unknown )\bprocessors?\b/, "core"],
  [/\b(parked|asleep)\b/, "waiting"],
  [/\brefuses\b/, "does not fit"],
];
/** Values in files, which every program that reads them knows: people read other words. */
const STORED = new Set(["holds if", "fails here"]);

const without = (text: string, ...patterns: readonly RegExp[]): string => patterns.reduce((left, pattern) => left.replaceAll(pattern, " "), text);

/** The strings and the pieces of templates in a part of a syntax tree that have a blank in them: what people read. */
function stringsIn(node: unknown, found: string[] = []): string[] {
  if (Array.isArray(node)) for (const each of node) stringsIn(each, found);
  else if (typeof node === "object" && node !== null) {
    const { type, value } = node as { type?: string; value?: unknown };
    const text = type === "Literal" ? value : type === "TemplateElement" ? (value as { cooked?: unknown }).cooked : undefined;
    if (typeof text === "string") found.push(text);
    else for (const each of Object.values(node)) stringsIn(each, found);
  }
  return found;
}

function messagesOf(path: string, text: string): string[] {
  return stringsIn(parseSync(path, text).program).filter((each) => /[a-z] [a-z]/.test(each) && !STORED.has(each));
}

/** Pages that say what others say: the generated reference, the report of the proofs, and what has changed. */
const APART = new Set(["docs/api.md", "VERIFY.md", "CHANGELOG.md"]);
const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  "src/scheduler/README.md", "bench/rivals/README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
].filter((page) => !APART.has(page));

function hits(text: string, retired: readonly (readonly [RegExp, string])[]): string[] {
  return retired.flatMap(([pattern, better]) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`“${text.slice(Math.max(0, found.index - 40), found.index + 40).replaceAll(/\s+/g, " ").trim()}” (${found[0]}: ${better})`];
  });
}

describe("retired words", () => {
  test.each(pages)("%s has none", (page) => {
    const prose = without(readFileSync(join(ROOT, page), "utf8"), /^```[\s\S]*?^```$/gm, /`[^`\n]*`/g, /\]\([^)]*\)/g);
    expect(prose.split("\n").flatMap((line) => hits(line, RETIRED))).toEqual([]);
  });

  test("the program prints none", () => {
    const found = sourcesOf("src").flatMap(({ path, text: source }) => messagesOf(path, source).flatMap((text) => hits(text, [...RETIRED, ...RETIRED_IN_MESSAGES]).map((hit) => `${path}: ${hit}`)));
    expect(found).toEqual([]);
  });
});

describe("one set of words for the columns", () => {
  const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

  test("docs/measuring.md explains each column under its title", () => {
    const explained = new Set([...read("docs/measuring.md").matchAll(/^\| (\*\*.*?) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/\*\*(.+?)\*\*/g)].map(([, title]) => title)));
    const shown = new Set([...TABLE, ...DETAILS.flat()].filter(({ meaning }) => meaning !== "").map(({ title }) => title));
    expect([...shown].filter((title) => !explained.has(title.replace(/ ?95 %$/, "")) && !explained.has(title))).toEqual([]);
  });

  test("docs/results has tables with these titles", () => {
    const titles = new Set([...TABLE, COLUMNS.predicted_ns].map(({ title }) => title));
    const heads = [...read("docs/results/README.md").matchAll(/^\| (design .*?) \|$/gm)].map(([, head]) => head.split(" | "));
    expect(heads.length).toBe(3);
    expect(heads.flat().filter((title) => !titles.has(title))).toEqual([]);
  });
});
