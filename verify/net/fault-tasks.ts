/** Tasks of the faults over a network. */
import { sleep, task } from "../../src/index.ts";

/** Computes without a pause. */
export const burn = task(import.meta, async function burn(ms: number): Promise<number> {
  const endMs = performance.now() + ms;
  let turns = 0;
  while (performance.now() < endMs) turns++;
  return turns;
});

/** Is never done. */
export const hang = task(import.meta, async function hang(): Promise<void> {
  await sleep(3_600_000);
});
