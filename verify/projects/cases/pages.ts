/** The programs of README.md and docs/guide.md as they stand, each in a process of its own. */
import type { Case } from "../case.ts";
import { pattern, programsOf } from "../../../test/docs/page.ts";

const PAGES = ["README.md", "docs/guide.md"];
/** Runs the programs of a folder one after the other, and compares what they print. */
const DRIVER = `import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
const [command, ...args] = process.argv.slice(2);
const wanted = JSON.parse(readFileSync("wanted.json", "utf8"));
const wrong = [];
let next = 0;
async function work() {
  for (let k = next++; k < wanted.length; k = next++) {
    const { code, stdout, stderr } = await new Promise((resolve) => {
      execFile(command, [...args, \`\${k}/program.ts\`], { timeout: 60_000 }, (error, stdout, stderr) => resolve({ code: error?.code ?? (error ? "killed" : 0), stdout, stderr }));
    });
    if (code !== 0 || !new RegExp(wanted[k].pattern).test(stdout)) wrong.push(\`\${wanted[k].heading}: code \${code}\\n\${stdout}\${stderr.slice(-2000)}\`);
  }
}
await Promise.all([work(), work()]);
console.error(wrong.join("\\n"));
console.log(JSON.stringify({ programs: wanted.length, wrong: wrong.length }));
`;

const COMMANDS: readonly (readonly [id: string, what: string, command: string, lines?: "of the compiled text"])[] = [
  ["pages-tsx", "tsx", "tsx"],
  ["pages-node", "none", "node"],
  ["pages-swc", "@swc-node/register", "node --import @swc-node/register/esm-register", "of the compiled text"],
  ["pages-ts-node", "ts-node", "node --no-warnings --loader ts-node/esm", "of the compiled text"],
];

export function pageCases(): Case[] {
  const programs = PAGES.flatMap(programsOf).map(({ heading, text, printed }) => ({ heading, text, pattern: pattern(printed).source }));
  return COMMANDS.map(([id, what, command, lines]) => {
    const wanted = programs.map(({ heading, pattern: text }) => ({ heading, pattern: lines === undefined ? text : text.replaceAll(/(program\\?\.ts):\d+:\d+/g, String.raw`$1:\d+:\d+`) }));
    const tsconfig = { compilerOptions: { target: "es2022", lib: ["esnext"], module: "nodenext", types: ["node"], skipLibCheck: true }, "ts-node": { transpileOnly: true } };
    return {
      id, section: "Loaders", group: "loaders", what: `${what}, every program of README.md and docs/guide.md`,
      files: {
        "drive.mjs": DRIVER,
        "wanted.json": JSON.stringify(wanted),
        "tsconfig.json": JSON.stringify(tsconfig),
        ...Object.fromEntries(programs.map(({ text }, k) => [`${k}/program.ts`, text])),
      },
      steps: [`node drive.mjs ${command}`],
      expected: { json: { programs: programs.length, wrong: 0 } },
      ...(lines === undefined ? {} : { remark: `line numbers are those ${lines}` }),
    };
  });
}
