/** Tasks that stop in the middle of an operation, or hold a lock for as long as a test wants. */
import { type Chan, type SharedArray, task } from "../../../src/index.ts";
import type { ArrayChannel } from "../../../src/channel/array.ts";
import type { Channel } from "../../../src/channel/channel.ts";
import { RECEIVERS, lockWord, unlockWord } from "../../../src/channel/words.ts";
import { OUTCOME, header, superblock } from "../../../src/memory/layout.ts";
import { lock, unlock } from "../../../src/memory/spin-lock.ts";
import { claimFirst } from "../../../src/wait/claims.ts";

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

export const receiveOne = task(import.meta, async function receiveOne(c: Chan<number>) {
  return c.recv();
});

/** Computes until the steps are as far as `step`. */
export const computeUntil = task(import.meta, async function computeUntil(steps: SharedArray<"i32">, step: number) {
  begin(steps, step);
});

/** Sends a value to a receive that waits, except that it does not tell it, and never ends. */
export const claimOnly = task(import.meta, async function claimOnly(c: Chan<number>, steps: SharedArray<"i32">, value: number) {
  const channel = c as unknown as ArrayChannel<number>;
  const { waiters } = channel;
  const { i32, here, owner } = waiters.arena;
  begin(steps, 1);
  channel.lock();
  const record = claimFirst(i32, here, owner, channel.header, RECEIVERS, OUTCOME.ok);
  i32[waiters.valueAt(record)] = value;
  channel.unlock();
  for (Atomics.store(steps.array, STEP, 2); ; );
});

/** Holds the lock of the contexts, which a repair needs at its end, for longer than main waits without a look. */
export const holdContexts = task(import.meta, async function holdContexts(c: Chan<number>, steps: SharedArray<"i32">, ms: number) {
  const { arena } = (c as unknown as Channel<number>).waiters;
  begin(steps, 2);
  lock(arena.i32, superblock.contextLock, arena.owner);
  Atomics.store(steps.array, STEP, 3);
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
  unlock(arena.i32, superblock.contextLock);
});
