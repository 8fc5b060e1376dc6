/** Versions of Node, and other runtimes. */
import type { Case } from "../case.ts";
import { PRINTED, program } from "../programs/programs.ts";

const VERSIONS: readonly (readonly [node: string, isSmall: boolean])[] = [["node-22.12", true], ["node-22", false], ["node-24.0", false], ["node-24", false], ["node-26", false]];
const files = { "program.mjs": program() };

export const VERSIONS_OF_NODE: readonly Case[] = [
  ...VERSIONS.map(([node, isSmall]): Case => ({ id: node, section: "Versions of Node", group: "plain", what: "JavaScript", files, node, steps: ["node program.mjs"], expected: { json: PRINTED }, ...(isSmall && { isSmall }) })),
  ...VERSIONS.map(([node]): Case => ({ id: `${node}-cjs`, section: "Versions of Node", group: "plain", what: "CommonJS, `require`", files: { "program.cjs": program({ module: "__filename" }) }, node, steps: ["node program.cjs"], expected: { json: PRINTED } })),
  { id: "node-22-tsx", section: "Versions of Node", group: "loaders", what: "tsx, with an enum", files: { "program.ts": program({ types: "enum" }) }, node: "node-22", steps: ["node --import tsx program.ts"], expected: { json: PRINTED } },
  {
    id: "node-22.12-tsx", section: "Versions of Node", group: "loaders", what: "tsx, with an enum", files: { "program.ts": program({ types: "enum" }) }, node: "node-22.12", steps: ["node --import tsx program.ts"],
    right: "clear error", remark: "`ERR_TASK_MODULE`: in this Node, tsx reaches no Worker of any kind", expected: { code: 1, stderr: /cannot be imported on a thread: Unknown file extension ".ts".*Threads load modules with Node's own loader/s },
  },
  { id: "node-20", section: "Versions of Node", group: "plain", what: "JavaScript", files, node: "node-20", steps: ["node program.mjs"], expected: { code: 1, stderr: /warren needs Node 22\.12 or newer, and this is 20\.20\.2/ }, right: "clear error", remark: "one line: warren needs Node 22.12 or newer" },
];

const RUNTIMES: readonly (readonly [id: string, what: string, command: string])[] = [
  ["bun", "Bun 1.4.5", "../../node_modules/@oven/bun-linux-x64/bin/bun"],
  ["deno", "Deno 2.9.6", "../../node_modules/@deno/linux-x64-glibc/deno run -A --node-modules-dir=manual"],
];

export const OTHER_RUNTIMES: readonly Case[] = RUNTIMES.flatMap(([id, what, command]): Case[] => [
  { id, section: "Other runtimes", group: "runtimes", what: `${what}, JavaScript`, files, steps: [`${command} program.mjs`], expected: { json: PRINTED } },
  { id: `${id}-ts`, section: "Other runtimes", group: "runtimes", what: `${what}, TypeScript with an enum`, files: { "program.ts": program({ types: "enum" }) }, steps: [`${command} program.ts`], expected: { json: PRINTED } },
]);
