/** A program whose module no thread can import. */
import { isMainThread } from "node:worker_threads";
import { run, task } from "../../../src/index.ts";

if (!isMainThread) throw new RangeError("only the main thread can import this");

export const main = task(import.meta, async function main() {});

await run(main, { threads: 2 });
