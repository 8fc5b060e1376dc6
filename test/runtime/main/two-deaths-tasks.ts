/** Tasks that hold one of the two locks of a channel, as its operations do, for as long as a test wants. */
import { type Chan, type SharedArray, task } from "../../../src/index.ts";
import type { Channel } from "../../../src/channel/channel.ts";
import { lockWord, unlockWord } from "../../../src/channel/words.ts";
import { header } from "../../../src/memory/layout.ts";

/** Words of `steps`: how many tasks run, and how far they are. */
export const RUNNING = 0;
export const STEP = 1;

function begin(steps: SharedArray<"i32">, step: number): void {
  Atomics.add(steps.array, RUNNING, 1);
  while (Atomics.load(steps.array, STEP) < step);
}

/** Holds the lock of the receiving side, and never ends. */
export const holdReceiving = task(import.meta, async function holdReceiving(c: Chan<number>, steps: SharedArray<"i32">) {
  const { header: at, waiters } = c as unknown as Channel<number>;
  begin(steps, 1);
  lockWord(waiters.arena.i32, at + header.recv, waiters.arena.owner);
  for (Atomics.store(steps.array, STEP, 2); ; );
});

/** Holds the lock of the sending side, until it has got the other one, too. */
export const holdSending = task(import.meta, async function holdSending(c: Chan<number>, steps: SharedArray<"i32">) {
  const { header: at, waiters } = c as unknown as Channel<number>;
  const { i32, owner } = waiters.arena;
  begin(steps, 2);
  const send = lockWord(i32, at + header.send, owner);
  Atomics.store(steps.array, STEP, 3);
  const recv = lockWord(i32, at + header.recv, owner);
  unlockWord(i32, at + header.send, send);
  unlockWord(i32, at + header.recv, recv);
});
