/** Whether a module is the program: `isMain` is right, and a program that asks `import.meta.main` where that is wrong does not end silently. */
import type { Case } from "../case.ts";
import { PRINTED, program } from "../programs/programs.ts";

const PROGRAM = { "program.mjs": program() };
const META = { "program.mjs": program({ guard: "import.meta.main" }) };
const NOT_STARTED = /WARREN_NOT_STARTED.*isMain\(import\.meta\)/s;
const IN_NO_FILE = /A program that is text after -e or on standard input is in no file: put its tasks into one/;
const guarded = (id: string, what: string, files: Readonly<Record<string, string>>, steps: readonly string[], more: Partial<Case> = {}): Case => ({ id, section: "Is this module the program", group: "plain", what, files, steps, expected: { json: PRINTED }, ...more });

export const GUARDS: readonly Case[] = [
  guarded("main-link", "`isMain`, the file is a link", PROGRAM, ["ln -sf program.mjs link.mjs", "node link.mjs"]),
  guarded("main-folder", "`isMain`, a folder is given", { "app/package.json": JSON.stringify({ type: "module", main: "index.js" }), "app/index.js": program() }, ["node app"]),
  guarded("main-eval", "`isMain`, the program is imported by a text", PROGRAM, ["node -e 'import(\"./program.mjs\")'"]),
  guarded("main-stdin-import", "`isMain`, the program is imported by standard input", PROGRAM, ["echo 'import \"./program.mjs\"' | node --input-type=module -"]),
  guarded("main-imported", "`isMain`, another module imports the program", { ...PROGRAM, "other.mjs": 'import "./program.mjs";\nconsole.log(JSON.stringify({ imported: true }));\n' }, ["node other.mjs"], { expected: { json: { imported: true }, stdout: /^\{"imported":true\}\n$/ }, remark: "false, as it should be" }),
  guarded("main-24.0", "`isMain`", PROGRAM, ["node program.mjs"], { node: "node-24.0" }),
  guarded("main-stdin", "the program itself on standard input", PROGRAM, ["node --input-type=module - < program.mjs"], { expected: { code: 1, stderr: IN_NO_FILE }, right: "clear error", remark: "`ERR_TASK_MODULE`: threads can only import a file" }),
  guarded("main-stdin-plain", "the same, without `--input-type`", PROGRAM, ["node - < program.mjs"], { expected: { code: 1, stderr: IN_NO_FILE }, right: "clear error", remark: "`ERR_TASK_MODULE`" }),
  guarded("meta-main-eval", "`import.meta.main`, the program is imported by a text", META, ["node -e 'import(\"./program.mjs\")'"], { expected: { stdout: /^$/, stderr: NOT_STARTED }, right: "clear error", remark: "`WARREN_NOT_STARTED`" }),
  guarded("meta-main-24.0", "`import.meta.main`", META, ["node program.mjs"], { node: "node-24.0", expected: { stdout: /^$/, stderr: NOT_STARTED }, right: "clear error", remark: "`WARREN_NOT_STARTED`" }),
];
