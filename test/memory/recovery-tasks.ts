/** Tasks of recovery.test.ts. */
import { type Chan, bytes, chan, i32, shared, task } from "../../src/index.ts";

/** Makes channels of one capacity until shared memory is full; closes all of them. How many. */
export function fillAndClose(capacity: number): number {
  const made: Chan<number>[] = [];
  try {
    for (;;) made.push(chan(i32, capacity));
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_ARENA_FULL") throw error;
  }
  for (const each of made) each.close();
  return made.length;
}

export const fillAndCloseThere = task(import.meta, async function fillAndCloseThere(capacity: number) {
  return fillAndClose(capacity);
});

/** Rounds of channels, arrays and messages of sizes that differ, all freed. */
export const churn = task(import.meta, async function churn(seed: number, rounds: number) {
  let state = seed;
  const below = (n: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % n;
  for (let round = 0; round < rounds; round++) {
    const channels = Array.from({ length: 1 + below(20) }, () => chan(i32, below(200)));
    using array = shared.int32(1 + below(40_000));
    const messages = chan(bytes, 4);
    for (let k = 0; k < 4; k++) await messages.send(new Uint8Array(1 + below(30_000)));
    array.array[0] = messages.length;
    for (let k = 0; k < 4; k++) await messages.recv();
    for (const each of [...channels, messages]) each.close();
  }
});

/** Holds all of shared memory while it returns its result. */
export const returnFromFull = task(import.meta, async function returnFromFull(text: string, fails: boolean) {
  const arrays = [];
  for (let bytes = 1e6; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) arrays.push(shared.bytes(bytes));
    } catch {
      // full for this size
    }
  }
  // Not freed: what it returns finds no room but the reserve.
  if (fails) throw new RangeError(text);
  return text;
});

