// @module-tag deep
/**
 * The warren code of the page for those who come from Go: each block type-checks
 * and runs, on one thread and on two, and prints what stands behind its
 * `console.log`s. A block is the body of a task, its exports apart, or with
 * `of-main` of the main thread; the imports that the page leaves out are added.
 */
import { parseSync } from "oxc-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSource } from "../structure/sources.ts";
import { type Block, blocksOf, makeFolder, pattern, removeFolder, runPrograms, typeErrors, writeProgram } from "./page.ts";
import { onThreads } from "../on-threads.ts";

const PAGE = "docs/go/coming-from-go.md";
const all = blocksOf(PAGE).filter(({ language }) => language === "ts");
const ofTasks = all.filter(({ kind }) => kind === "");
const ofMain = all.filter(({ kind }) => kind === "of-main");
const NEXT = "-----";

/** Names of the public entry, types marked so. */
const names = [...readSource("src/index.ts").code.matchAll(/export (type )?\{([^}]+)\}/g)].flatMap(([, type = "", list]) => list.split(",").map((name) => `${type}${name.trim()}`));

/** The import of what a block uses. */
function importsOf(text: string): string {
  const used = names.filter((name) => new RegExp(`\\b${name.replace("type ", "")}\\b`).test(text));
  return `import { ${[...new Set([...used, "task"])].join(", ")} } from "warren";\n`;
}

/** A block as a module that exports its body as a task. */
function moduleOf({ text }: Block): string {
  const { program } = parseSync("block.ts", text);
  let exported = "";
  let body = text;
  for (const { type, start, end } of program.body.toReversed()) {
    if (!type.startsWith("Export")) continue;
    exported = `${text.slice(start, end)}\n${exported}`;
    body = body.slice(0, start) + body.slice(end);
  }
  return `${importsOf(text)}${exported}export const block = task(import.meta, async function block() {\n${body}\n});\n`;
}

function mainOf({ text }: Block): string {
  return `${importsOf(`${text} isMain`)}if (isMain(import.meta)) {\n${text}\n}\n`;
}

/** Runs the blocks of tasks one after the other in one world. */
const runner = `import { run, task } from "warren";
${ofTasks.map((_, k) => `import { block as block${k} } from "../../block-${k}.ts";\n`).join("")}
export const all = task(import.meta, async function all() {
  for (const block of [${ofTasks.map((_, k) => `block${k}`).join(", ")}]) {
    await block().catch((error: unknown) => console.log("THROWN", error));
    console.log(${JSON.stringify(NEXT)});
  }
});
if (isMain(import.meta)) await run(all, { threads: 2 });
`;

/** What a block prints, as its comments say. */
function printedBy(text: string): string {
  return [...text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => `${line}\n`).join("");
}

let folder: string;
let errors: string;
const printed: Record<number, string[]> = {};
beforeAll(async () => {
  folder = makeFolder();
  for (const [k, block] of ofTasks.entries()) writeProgram(folder, `block-${k}.ts`, moduleOf(block));
  for (const [k, block] of ofMain.entries()) writeProgram(folder, `main-${k}.ts`, mainOf(block));
  const run = async (threads: number): Promise<void> => {
    const [blocks, ...mains] = await runPrograms(folder, [{ text: runner }, ...ofMain.map((block) => ({ text: mainOf(block) }))], threads);
    const each = blocks.split(`${NEXT}\n`);
    printed[threads] = [...ofTasks.map((_, k) => (k < each.length - 1 ? each[k] : `${each[k] ?? ""}DOES NOT END`)), ...mains];
  };
  [errors] = await Promise.all([typeErrors(folder, { noUnusedLocals: false, noUnusedParameters: false }), run(1), run(2)]);
}, 120_000);
afterAll(() => {
  removeFolder(folder);
});

test("each block of warren stands below one of Go, and prints only what is said", () => {
  const blocks = blocksOf(PAGE);
  expect(blocks.map(({ language }) => language)).toEqual(Array.from({ length: blocks.length }, (_, k) => (k % 2 === 0 ? "go" : "ts")));
  for (const { text } of all) expect(text.split("console.log(").length).toBe(text.split(/console\.log\(.*\); \/\/ /).length);
});

test("they type-check", () => {
  expect(errors).toBe("");
});

onThreads("on threads: %i", (threads) => {
  test.each([...ofTasks, ...ofMain].map(({ heading, text }, k) => [heading, text, k] as const))("%s", (_heading, text, k) => {
    expect(printed[threads][k]).toMatch(pattern(printedBy(text)));
  });
});
