/** Options of Node that restrict what a program may do. */
import type { Case } from "../case.ts";
import { PRINTED, program } from "../programs/programs.ts";

const flagged = (id: string, what: string, options: string, more: Partial<Case> = {}): Case => ({ id, section: "Options of Node", group: "plain", what, files: { "program.mjs": program() }, steps: [`node ${options} program.mjs`], expected: { json: PRINTED }, ...more });

export const FLAGS: readonly Case[] = [
  flagged("permission", "`--permission`, reads of the project only", '--permission --allow-worker --allow-fs-read="$(cd ../.. && pwd)"'),
  flagged("permission-none", "`--permission` without `--allow-worker`", '--permission --allow-fs-read="$(cd ../.. && pwd)"', { expected: { code: 1, stderr: /ERR_THREAD_START.*--allow-worker/s }, right: "clear error", remark: "`ERR_THREAD_START`" }),
  flagged("frozen", "`--frozen-intrinsics`", "--frozen-intrinsics"),
  flagged("no-eval", "`--disallow-code-generation-from-strings`", "--disallow-code-generation-from-strings"),
  flagged("no-proto", "`--disable-proto=delete`", "--disable-proto=delete"),
  flagged("source-maps", "`--enable-source-maps`", "--enable-source-maps"),
  flagged("preserve-symlinks", "`--preserve-symlinks --preserve-symlinks-main`, through a link", "", { steps: ["ln -sf program.mjs link.mjs", "node --preserve-symlinks --preserve-symlinks-main link.mjs"] }),
];
