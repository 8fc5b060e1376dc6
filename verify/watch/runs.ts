/**
 * The same run with and without a page, in one process, with one calibration: else the
 * work of two processes would differ by some per cent.
 *
 *   node verify/watch/runs.ts '{"program":"gophers",…}'
 *
 * Prints the address of a page. Then, for each line of standard input (`alone`, `read`,
 * `page`), it runs and prints the milliseconds: `alone` records nothing, `read` follows a
 * trace for nobody, `page` sends it to the pages that look on.
 */
import { createInterface } from "node:readline";
import { start } from "../../src/index.ts";
import { openServer } from "../../src/cli/watch/server.ts";
import { CHOICES } from "../../src/lab/watch/choices.ts";
import { renderPage } from "../../src/lab/watch/page/page.ts";
import { watchedProgram } from "../../src/lab/watch/programs/watched.ts";
import type { Choice, Message, Welcome } from "../../src/lab/watch/protocol.ts";
import { runWatched } from "../../src/lab/watch/session/run.ts";
import { readMachine } from "../../src/lab/machine/environment.ts";
import { calibrate } from "../../workers/gophers.ts";

const choice = JSON.parse(process.argv[2] ?? "") as Choice;
const iterationsPerMs = calibrate(1);
const program = watchedProgram(choice, { unitMs: null, calibrate: (unitMs) => Math.round(iterationsPerMs * unitMs) });
const welcome: Welcome = { ...CHOICES, version: "verify", cores: Math.max(1, Math.floor(readMachine().usable)), machine: "", choice, present: false };
const { html, policy } = renderPage({ welcome });
const server = await openServer({ port: 0, policy, page: () => html, recording: () => null, limits: welcome, onCommand: () => ({ ok: false, text: "nothing is started here" }), snapshot: () => [] });

async function alone(): Promise<number> {
  await using runtime = await start({ threads: choice.threads, cores: choice.threads });
  await program.prepare(runtime);
  const beganMs = performance.now();
  await program.run(runtime);
  return performance.now() - beganMs;
}

let runs = 0;

async function watched(send: (message: Message) => void): Promise<number> {
  let wallMs = 0;
  await runWatched(++runs, choice, program, (message) => {
    if (message.kind === "end") ({ wallMs } = message);
    send(message);
  }, new AbortController().signal);
  return wallMs;
}

const forms: Readonly<Record<string, () => Promise<number>>> = { alone, read: () => watched(() => undefined), page: () => watched((message) => server.send(message)) };
console.log(server.url);
for await (const form of createInterface({ input: process.stdin })) console.log(await forms[form]?.());
await server.close();
