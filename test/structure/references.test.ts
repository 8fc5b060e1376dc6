/**
 * What comments and pages refer to is in the repository: each file with the
 * ending .ts or .md that one names, and each section that one cites. A section
 * is cited by its title behind the name of its page: docs/method.md, "Protocol".
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./sources.ts";

const FOLDERS = ["src", "test", "verify", "workers", "bench", "scripts", "docs"];

/** Paths of all files from the root; what npm has installed and hidden folders apart. */
const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name).replaceAll("\\", "/")),
).filter((path) => /\.(ts|md)$/.test(path) && !/node_modules|\/\.docs-/.test(path));
const pages = [...readdirSync(ROOT).filter((name) => name.endsWith(".md") && name !== "CHANGELOG.md"), ...files.filter((path) => path.endsWith(".md"))];
const sources = files.filter((path) => path.endsWith(".ts"));
const known = [...pages, "CHANGELOG.md", ...sources, ...readdirSync(ROOT).filter((name) => name.endsWith(".ts"))];

/** Files that examples write or that others have: no files of this repository. */
const ELSEWHERE = new Set(["program.ts", "totals.ts", "totals.test.ts", "m.ts", "tasks.ts", "main.ts", "job.ts", "app.ts", "sleep/README.md"]);

interface Named {
  /** Who names it. */
  readonly by: string;
  readonly text: string;
}

/** The comments of a source file, without the marks and as if on one line. */
function commentsOf(path: string): string {
  const text = readFileSync(join(ROOT, path), "utf8");
  const found = [...text.matchAll(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(\/\*[\s\S]*?\*\/|\/\/[^\n]*)/g)].map(([, comment]) => comment ?? "");
  return found.join("\n").replaceAll(/\n\s*(\*|\/\/) ?/g, " ");
}

/** A page without its blocks of code. */
function proseOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/\(https?:[^)]*\)/g, "");
}

const all: Named[] = [...sources.map((by) => ({ by, text: commentsOf(by) })), ...pages.map((by) => ({ by, text: proseOf(by) }))];

/** Whether a name leads to a file: from the root, from where it stands, or as the end of one path. */
function exists(name: string, by: string): boolean {
  const plain = name.replace(/^(\.\.?\/)+/, "");
  return existsSync(join(ROOT, dirname(by), name)) || known.some((path) => path === plain || path.endsWith(`/${plain}`));
}

function sectionsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title);
}

describe("references", () => {
  test("each file that a comment or a page names exists", () => {
    const missing = all.flatMap(({ by, text }) =>
      [...text.matchAll(/(?<![\w*{}<>…/.-])((?:\.{0,2}\/)?[\w.-]+(?:\/[\w.-]+)*\.(?:ts|md))\b(?![\w*-])/g)].filter(([, name]) => !ELSEWHERE.has(name) && !exists(name, by)).map(([, name]) => `${by}: ${name}`),
    );
    expect([...new Set(missing)]).toEqual([]);
  });

  test("each section that a comment or a page cites exists", () => {
    const cited = all.flatMap(({ by, text }) => [...text.matchAll(/([\w/-]+\.md), "([^"]+)"/g)].map(([, page, title]) => ({ by, page, title })));
    expect(cited.length).toBeGreaterThan(20);
    const missing = cited.filter(({ page, title }) => !sectionsOf(page).includes(title));
    expect(missing.map(({ by, page, title }) => `${by}: ${page}, "${title}"`)).toEqual([]);
  });

  test("no section is cited by a number", () => {
    const wrong = all.flatMap(({ by, text }) => [...text.matchAll(/[\w/-]+\.md,? (?:section|§) ?[\d.]+/g)].map(([words]) => `${by}: ${words}`));
    expect(wrong).toEqual([]);
  });
});
