/** A program that forgot import.meta.main: every thread runs run() again. */
import { run, task } from "../../../src/index.ts";

export const main = task(import.meta, async function main() {
  console.log("ran");
});

await run(main, { threads: 2 });
