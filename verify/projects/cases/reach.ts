/** What a program sets up on the main thread, and whether its threads have it, too. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "../case.ts";

const json = JSON.stringify;
const header = 'import { writeFileSync } from "node:fs";\nimport { start } from "warren";\n';
/** A test in vitest that leaves what `body` computes in a file, or the error of a task. */
const inVitest = (imports: string, body: string, options = "threads: 1"): string => `import { test, vi } from "vitest";
${header}${imports}
test("it", async () => {
  const rt = await start({ ${options} });
  const result = await (async () => { ${body} })().catch((error) => ({ code: error.code, message: error.message.replace(/.*?: /, "").replace(/'[^']*'/g, "…").replace(/for \\S+?\\./, "for ….") }));
  vi.useRealTimers();
  await rt.stop();
  writeFileSync("result.json", JSON.stringify(result));
});
`;
const task = (name: string, body: string, imports = ""): string => `${imports}import { task } from "warren";\nexport const ${name} = task(import.meta, "${name}", async () => ${body});\n`;
const WITH_ALIAS = 'import { fileURLToPath } from "node:url";\nexport default { resolve: { alias: { "@": fileURLToPath(new URL("./lib", import.meta.url)) } }, test: { testTimeout: 60_000 } };\n';
const CONFIG = { "vitest.config.js": "export default { test: { testTimeout: 60_000 } };\n" };
const LOADER = ". Threads load modules with Node's own loader";

const reach = (id: string, what: string, files: Readonly<Record<string, string>>, check: Case["expected"], more: Partial<Case> = {}): Case => ({
  id, section: "What reaches the threads", group: "vitest", what, files: { ...CONFIG, ...files }, steps: ["vitest run"], expected: check, ...more,
});
const NO = { right: "limit" } as const;
/** The file with the result has an error whose message says this. */
const failsWith = (code: string, message: string): Case["expected"] => ({ stdout: /1 passed/, check: (folder) => expectError(folder, code, message) });

function expectError(folder: string, code: string, message: string): void {
  const found = JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as { code?: string; message?: string };
  if (found.code !== code || !found.message?.includes(message)) throw new Error(`the result is ${json(found)}, not ${code}: …${message}…`);
}

const ENUM = "enum Factor { Two = 2 }\n";
const HELPER = { "helper.ts": "export const two: number = 2;\n" };

export const REACH: readonly Case[] = [
  reach("reach-mock", "`vi.mock` of a module that a task imports", {
    "factor.js": "export const factor = () => 2;\n", "work.js": task("work", "factor()", 'import { factor } from "./factor.js";\n'),
    "it.test.js": inVitest('import { work } from "./work.js";\nvi.mock("./factor.js", () => ({ factor: () => 99 }));', "return { direct: await work(), thread: await rt.spawn(work) };"),
  }, { file: ["result.json", { direct: 99, thread: 2 }] }, { ...NO, remark: "no. Call the task as a function, or pass what is to be replaced as an argument" }),
  reach("reach-timers", "`vi.useFakeTimers`", {
    "work.js": task("work", "{ await new Promise((resolve) => setTimeout(resolve, 5)); return Date.now(); }"),
    "it.test.js": inVitest('import { work } from "./work.js";', "vi.useFakeTimers({ now: 1000 }); const thread = await rt.spawn(work); return { main: Date.now(), isReal: thread > 1_000_000 };"),
  }, { file: ["result.json", { main: 1000, isReal: true }] }, { ...NO, remark: "no: threads, and warren itself, have real time" }),
  reach("reach-alias", "an alias of vite", {
    "vitest.config.js": WITH_ALIAS, "lib/two.js": "export const two = 2;\n", "work.js": task("work", "two", 'import { two } from "@/two.js";\n'),
    "it.test.js": inVitest('import { work } from "./work.js";', "return await rt.spawn(work);"),
  }, failsWith("ERR_TASK_MODULE", LOADER), { right: "clear error", remark: "no: `ERR_TASK_MODULE`. Use `imports` of package.json" }),
  reach("reach-imports", "`imports` of package.json (`#lib/two.js`)", {
    "package.json": json({ private: true, type: "module", imports: { "#lib/*": "./lib/*" } }), "lib/two.js": "export const two = 2;\n", "work.js": task("work", "two", 'import { two } from "#lib/two.js";\n'),
    "it.test.js": inVitest('import { work } from "./work.js";', "return { two: await rt.spawn(work) };"),
  }, { file: ["result.json", { two: 2 }] }),
  reach("reach-extension", "an import without extension", { ...HELPER, "work.ts": task("work", "two", 'import { two } from "./helper";\n'), "it.test.ts": inVitest('import { work } from "./work";', "return await rt.spawn(work);") }, failsWith("ERR_TASK_MODULE", LOADER), { right: "clear error", remark: "no: `ERR_TASK_MODULE`. Write the extension, or give the threads a loader" }),
  reach("reach-extension-tsx", "the same, threads with `execArgv: [\"--import\", \"tsx\"]`", { ...HELPER, "work.ts": task("work", "two", 'import { two } from "./helper";\n'), "it.test.ts": inVitest('import { work } from "./work";', "return { two: await rt.spawn(work) };", 'threads: 1, execArgv: ["--import", "tsx"]') }, { file: ["result.json", { two: 2 }] }),
  reach("reach-enum", "an enum", { "work.ts": ENUM + task("work", "Factor.Two"), "it.test.ts": inVitest('import { work } from "./work";', "return await rt.spawn(work);") }, failsWith("ERR_TASK_MODULE", LOADER), { right: "clear error", remark: "no: `ERR_TASK_MODULE`. Give the threads a loader" }),
  reach("reach-enum-tsx", "the same, threads with `execArgv: [\"--import\", \"tsx\"]`", { "work.ts": ENUM + task("work", "Factor.Two"), "it.test.ts": inVitest('import { work } from "./work";', "return { two: await rt.spawn(work) };", 'threads: 1, execArgv: ["--import", "tsx"]') }, { file: ["result.json", { two: 2 }] }),
  reach("reach-test-file", "a task in the test file itself", { "it.test.js": inVitest('import { task } from "warren";\nexport const work = task(import.meta, "work", async () => 2);', "return await rt.spawn(work);") }, failsWith("ERR_TASK_MODULE", "Put tasks into a module of their own"), { right: "clear error", remark: "no: `ERR_TASK_MODULE`. Put tasks into a module of their own" }),
  reach("reach-hooks", "`registerHooks` that the program calls", {
    "work.mjs": task("work", "text", 'import { text } from "virtual:text";\n'),
    "program.mjs": `import { registerHooks } from "node:module";
registerHooks({ resolve: (name, context, next) => name === "virtual:text" ? { url: "data:text/javascript,export const text = 'hooked';", shortCircuit: true } : next(name, context) });
const { start } = await import("warren");
const { work } = await import("./work.mjs");
const rt = await start({ threads: 1 });
const direct = await work();
console.log(JSON.stringify({ direct, thread: await rt.spawn(work).catch((error) => error.code) }));
await rt.stop();
`,
  }, { json: { direct: "hooked", thread: "ERR_TASK_MODULE" } }, { steps: ["node program.mjs"], right: "clear error", remark: "no: `ERR_TASK_MODULE`. Put the hooks into a module that `--import` loads" }),
  reach("reach-hooks-import", "`registerHooks` in a module that `--import` loads", {
    "hooks.mjs": `import { registerHooks } from "node:module";
registerHooks({ resolve: (name, context, next) => name === "virtual:text" ? { url: "data:text/javascript,export const text = 'hooked';", shortCircuit: true } : next(name, context) });
`,
    "work.mjs": task("work", "text", 'import { text } from "virtual:text";\n'),
    "program.mjs": 'import { start } from "warren";\nimport { work } from "./work.mjs";\nconst rt = await start({ threads: 1 });\nconsole.log(JSON.stringify({ thread: await rt.spawn(work) }));\nawait rt.stop();\n',
  }, { json: { thread: "hooked" } }, { steps: ["node --import ./hooks.mjs program.mjs"] }),
];
