/** A run that nobody watches and nothing records, in a process of its own: prints its milliseconds. The argument is a choice, as JSON. */
import { start } from "../../src/index.ts";
import { watchedProgram } from "../../src/lab/watch/programs/watched.ts";
import type { Choice } from "../../src/lab/watch/protocol.ts";
import { calibrate } from "../../workers/gophers.ts";

const choice = JSON.parse(process.argv[2] ?? "") as Choice;
await using runtime = await start({ threads: choice.threads });
const program = watchedProgram(choice, { unitMs: null, calibrate });
await program.prepare(runtime);
const beganMs = performance.now();
await program.run(runtime);
console.log(performance.now() - beganMs);
