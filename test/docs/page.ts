/**
 * Pages of the documentation as tests see them: their blocks of code, and the
 * programs among them, which run as they stand.
 *
 * A program is a ```ts block that a ```text block follows before the next ```ts
 * block: the text is what it prints. In it, `…` stands for what differs from run
 * to run within a line, and a line of its own for any lines.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { beginNode } from "../node-process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const COMPILER = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
/** For all programs of a page; far more than they need. */
const PAGE_DEADLINE_MS = 110_000;
/** A line between the outputs of two programs. */
const MARK = "=====";

export interface Block {
  readonly language: string;
  /** What stands behind the language. */
  readonly kind: string;
  readonly text: string;
  /** The heading above it. */
  readonly heading: string;
}

export interface PageProgram {
  readonly heading: string;
  readonly text: string;
  readonly printed: string;
}

/** The blocks of code of a page, by its path from the root. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  for (const [, title, language, kind, text] of readFileSync(join(ROOT, page), "utf8").matchAll(/^#+ (.+)$|^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)) {
    if (title === undefined) blocks.push({ language, kind, text, heading });
    else heading = title;
  }
  return blocks;
}

export function programsOf(page: string): PageProgram[] {
  const blocks = blocksOf(page).filter(({ language }) => language === "ts" || language === "text");
  return blocks.flatMap(({ language, text, heading }, k) => (language === "ts" && blocks[k + 1]?.language === "text" ? [{ heading, text, printed: blocks[k + 1].text }] : []));
}

/** A folder for a page's programs; inside the project, so that tsc and vitest find what they need. Hidden, so that nothing takes them for tests. */
export function makeFolder(): string {
  return mkdtempSync(join(ROOT, "test", ".docs-"));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true });
}

/** Writes a file as a user has it, but with this checkout for the package; its path. */
export function writeProgram(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  const entry = (path: string): string => relative(dirname(file), join(ROOT, path)).replaceAll("\\", "/");
  writeFileSync(file, text.replaceAll('from "warren"', `from "${entry("src/index.ts")}"`).replaceAll('from "warren/net"', `from "${entry("src/net/index.ts")}"`));
  return file;
}

/** What `node` says that ran with these arguments; one that has not ended by the deadline hangs. */
export async function runNode(args: readonly string[], deadlineMs = 50_000): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await beginNode(args, { env: { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1" }, deadlineMs }).outcome;
  return { code: code ?? -1, stdout, stderr };
}

/** What the compiler complains about in the files of a folder, under the project's own options but for these. */
export async function typeErrors(folder: string, compilerOptions: Readonly<Record<string, boolean>> = {}): Promise<string> {
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["*.ts", "../../src/*.d.ts"] }));
  return (await runNode([COMPILER, "--project", folder])).stdout;
}

/**
 * Runs programs one after the other on so many threads, all in one process, for a
 * process costs more than most of them: what each has printed, and what it threw
 * as a last line. `isMain` is true of the first module of a process
 * alone, so each program's is replaced.
 */
export async function runPrograms(folder: string, programs: readonly { readonly text: string }[], threads: number): Promise<string[]> {
  const names = programs.map(({ text }, k) => {
    const changed = text.replaceAll("isMain(import.meta)", "isMainThread").replaceAll(/\bthreads: \d+/g, `threads: ${threads}`);
    const name = `on-${threads}/${k}/program.ts`;
    // On the first line, so that the others keep their numbers.
    writeProgram(folder, name, `import { isMainThread } from "node:worker_threads"; ${changed}`);
    return name;
  });
  const steps = names.map((name) => `await import("./${name}").catch((error) => console.log("THROWN", error));\nconsole.log(${JSON.stringify(MARK)});\n`);
  const { stdout, stderr } = await runNode([writeProgram(folder, `on-${threads}.mjs`, steps.join(""))], PAGE_DEADLINE_MS);
  const printed = stdout.split(`${MARK}\n`);
  return names.map((_, k) => (k < printed.length - 1 ? printed[k] : `${printed[k] ?? ""}DOES NOT END ${stderr}`));
}

/** What a program prints as a pattern. */
export function pattern(printed: string): RegExp {
  const text = printed.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${text.replaceAll(/^…\n/gm, "(?:.*\\n)*").replaceAll("…", ".*")}$`);
}
