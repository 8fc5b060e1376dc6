/** The quick tests of channels, select, locks, contexts and messages, compiled, on other versions of Node. */
import { join } from "node:path";
import type { Case } from "../case.ts";

const ROOT = join(import.meta.dirname, "../../..");
const TESTS = ["test/channel/{array,rendezvous,oneshot,iterator,batches,local-receiver}.test.js", "test/select/**/*.test.js", "test/sync/**/*.test.js", "test/context/context.test.js", "test/wire/{payload,codecs}.test.js", "test/runtime/task/async-context.test.js"];

/** Compiles the source and its tests for the oldest Node, as the package is compiled; what starts a thread is then a file of JavaScript, too. */
const EMIT = `
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
const root = ${JSON.stringify(ROOT)};
const options = { noEmit: false, noCheck: true, target: "es2022", rootDir: root, outDir: "out", typeRoots: [root + "/node_modules/@types"] };
writeFileSync("tsconfig.json", JSON.stringify({ extends: root + "/tsconfig.json", compilerOptions: options, include: ["src", "workers", "test", "verify", "bench"].map((folder) => root + "/" + folder) }));
execFileSync(process.execPath, [root + "/node_modules/typescript/bin/tsc", "--project", "."], { stdio: "inherit" });
symlinkSync(root + "/node_modules", "out/node_modules");
copyFileSync(root + "/package.json", "out/package.json");
const file = "out/src/runtime/thread/thread-file.js";
writeFileSync(file, readFileSync(file, "utf8").replace("processor.ts", "processor.js"));
`;
/** Tests use it, warren does not. */
const PROMISE_TRY = "Promise.try ??= function (fn, ...args) { return new this((resolve) => resolve(fn(...args))); };\n";
const CONFIG = `export default { test: { include: ${JSON.stringify(TESTS)}, tags: [{ name: "deep" }], tagsFilter: ["!deep"], pool: "forks", maxWorkers: 2, isolate: false, setupFiles: ["test/seed.js"], testTimeout: 180_000, hookTimeout: 120_000 } };\n`;

export const CONFORMANCE: readonly Case[] = ["node-22.12", "node-22", "node-24", "node-26"].map((node) => ({
  id: `conformance-${node}`, section: "Versions of Node", group: "plain", what: "the quick tests of channels, select, locks, contexts and messages, compiled", node,
  files: { "emit.mjs": EMIT, "out/vitest.config.mjs": CONFIG, "out/promise-try.mjs": PROMISE_TRY },
  steps: ["node emit.mjs", "cd out && NO_COLOR=1 NODE_OPTIONS='--import ./promise-try.mjs' node node_modules/vitest/vitest.mjs run"],
  expected: { stdout: /Test Files {2}\d+ passed.*\n +Tests {2}[4-9]\d\d passed \|/ },
}));
