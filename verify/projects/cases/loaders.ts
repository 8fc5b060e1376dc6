/** Loaders that compile TypeScript while a program runs, and CommonJS. */
import type { Case } from "../case.ts";
import { PRINTED, program } from "../programs/programs.ts";
import { pageCases } from "./pages.ts";

const COMMONJS = { "package.json": JSON.stringify({ private: true, type: "commonjs" }) };
/** For ts-node, which reads it. */
const TSCONFIG = { "tsconfig.json": JSON.stringify({ compilerOptions: { target: "es2022", lib: ["esnext"], module: "nodenext", types: ["node"], skipLibCheck: true } }) };

const ESM: readonly (readonly [id: string, what: string, command: string, files?: Readonly<Record<string, string>>])[] = [
  ["tsx", "tsx", "tsx program.ts"],
  ["tsx-import", "tsx", "node --import tsx program.ts"],
  ["tsx-esm", "tsx", "node --import tsx/esm program.ts"],
  ["tsx-options", "tsx", "NODE_OPTIONS=--import=tsx node program.ts"],
  ["ts-node-esm", "ts-node", "node --loader ts-node/esm program.ts", TSCONFIG],
  ["swc-esm", "@swc-node/register", "node --import @swc-node/register/esm-register program.ts"],
  ["transform-types", "Node's own", "node --experimental-transform-types program.ts"],
];

const REQUIRED: readonly (readonly [id: string, what: string, command: string, files?: Readonly<Record<string, string>>])[] = [
  ["tsx-cjs", "tsx", "tsx program.ts"],
  ["tsx-import-cjs", "tsx", "node --import tsx program.ts"],
  ["tsx-require-cjs", "tsx", "node --require tsx/cjs program.ts"],
  ["ts-node-cjs", "ts-node", "node -r ts-node/register program.ts", TSCONFIG],
  ["swc-cjs", "@swc-node/register", "node -r @swc-node/register program.ts"],
  ["esbuild-register-cjs", "esbuild-register", "node -r esbuild-register program.ts"],
];

export const LOADERS: readonly Case[] = [
  { id: "node-js", section: "Loaders", group: "loaders", what: "none, JavaScript", files: { "program.mjs": program() }, steps: ["node program.mjs"], expected: { json: PRINTED } },
  { id: "node-ts", section: "Loaders", group: "loaders", what: "none, types erased by Node", files: { "program.ts": program({ types: "erasable" }) }, steps: ["node program.ts"], expected: { json: PRINTED } },
  { id: "node-cjs", section: "Loaders", group: "loaders", what: "none, CommonJS", files: { "program.cjs": program({ module: "__filename" }) }, steps: ["node program.cjs"], expected: { json: PRINTED }, isSmall: true },
  ...ESM.map(([id, what, command, files]): Case => ({ id, section: "Loaders", group: "loaders", what: `${what}, ES modules`, files: { "program.ts": program({ types: "enum" }), ...files }, steps: [command], expected: { json: PRINTED }, ...(id === "tsx" && { isSmall: true }) })),
  ...REQUIRED.map(([id, what, command, files]): Case => ({ id, section: "Loaders", group: "loaders", what: `${what}, CommonJS`, files: { ...COMMONJS, "program.ts": program({ module: "__filename", types: "enum" }), ...files }, steps: [command], expected: { json: PRINTED } })),
  {
    id: "ts-node-command", section: "Loaders", group: "loaders", what: "ts-node, its command", files: { ...COMMONJS, ...TSCONFIG, "program.ts": program({ module: "__filename", types: "enum" }) }, steps: ["ts-node program.ts"], right: "clear error", remark: "`ERR_TASK_MODULE`: the command hooks its own process only. Write `node -r ts-node/register`",
    expected: { code: 1, stderr: /ERR_TASK_MODULE|cannot be imported on a thread: TypeScript enum is not supported in strip-only mode\. Threads load modules with Node's own loader/ },
  },
  ...pageCases(),
];
