/**
 * Runs all ports one after the other and prints what each prints, then a line that says
 * how it ended: `node play.ts 1|2|4|main INPUT`. On `main` the program is code of the main
 * thread, with two threads for its tasks, and must leave nothing behind.
 */
import { assertQuiet, leftovers, run, start } from "../../../src/index.ts";
import { PORTS, type Port, type PortInput } from "../../../workers/ports.ts";

async function onThreads({ main, small }: Port, threads: number, input: PortInput): Promise<void> {
  await run(main as (...args: unknown[]) => Promise<void>, { threads, args: [...small(input)] });
}

async function onMain({ main, small, endless }: Port, input: PortInput): Promise<void> {
  await using rt = await start({ threads: 2 });
  const since = await leftovers(rt);
  await main(...(small(input) as never[]));
  if (endless !== true) await assertQuiet(rt, { since });
}

const [mode, input] = process.argv.slice(2) as [string, string];
for (const port of PORTS) {
  const playing = mode === "main" ? onMain(port, JSON.parse(input)) : onThreads(port, Number(mode), JSON.parse(input));
  const end = await playing.then(() => "ended", (error: Error) => `failed: ${error.stack?.slice(0, 2000)}`);
  console.log(`===== ${port.name} ${JSON.stringify(end)}`);
}
