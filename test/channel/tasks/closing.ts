/** Tasks of the close cases. */
import { type Chan, type Receiver, type Sender, select, task } from "../../../src/index.ts";

async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
    return "done";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** Every way to send on a closed channel, and to close it again: what each says. */
export const useClosed = task(import.meta, async function useClosed(c: Chan<number>) {
  return Promise.all([
    codeOf(() => c.send(1)),
    codeOf(() => c.trySend(2)),
    codeOf(() => c.sendMany([3, 4])),
    codeOf(() => select({ out: c.sending(5) })),
    codeOf(() => select({ out: c.sending(6) }, { otherwise: true })),
    codeOf(() => c.close()),
  ]);
});

/** What is left in a closed channel, then what every receiving verb says, twice. */
export const drainClosed = task(import.meta, async function drainClosed(c: Receiver<number>) {
  const values: number[] = [];
  for (let value = await c.recv(); value !== undefined; value = await c.recv()) values.push(value);
  const after: unknown[] = [];
  for (let k = 0; k < 2; k++) {
    after.push(await c.recv(), c.tryRecv(), await c.recvMany(3), (await select({ in: c })).value, (await select({ in: c }, { otherwise: true })).case);
    for await (const value of c) after.push(value);
  }
  return { values, after };
});

/** Closes each channel; 1 where this was the one that did. */
export const closeEach = task(import.meta, async function closeEach(channels: Chan<number>[]) {
  return Promise.all(channels.map(async (c) => ((await codeOf(() => c.close())) === "done" ? 1 : 0)));
});

/** The lengths of all channels, again and again until all have been closed by someone. */
export const lengthsOfEach = task(import.meta, function lengthsOfEach(channels: Chan<number>[], rounds: number) {
  const seen = new Set<number>();
  for (let round = 0; round < rounds; round++) for (const c of channels) seen.add(c.length);
  return [...seen];
});

/** Receives from each channel in turn until it is closed; how many values each gave. */
export const drainEach = task(import.meta, async function drainEach(channels: Receiver<number>[]) {
  const counts: number[] = [];
  for (const c of channels) {
    let count = 0;
    while ((await c.recv()) !== undefined) count++;
    counts.push(count);
  }
  return counts;
});

/** Sends `count` values into each channel and closes it. */
export const fillEach = task(import.meta, async function fillEach(channels: Chan<number>[], count: number) {
  for (const c of channels) {
    for (let k = 0; k < count; k++) await c.send(k);
    c.close();
  }
});

/** Sends that nobody awaits, one after the other: how many went and how many were refused. */
export const sendLoosely = task(import.meta, async function sendLoosely(channels: Sender<number>[]) {
  const results = await Promise.all(channels.flatMap((c) => [1, 2, 3].map((value) => codeOf(() => c.send(value)))));
  return { done: results.filter((code) => code === "done").length, refused: results.filter((code) => code === "ERR_CHANNEL_CLOSED").length };
});

/** Reads `take` values with a loop that it then leaves. */
export const breakAfter = task(import.meta, async function breakAfter(c: Receiver<number>, take: number) {
  const seen: number[] = [];
  for await (const value of c) {
    seen.push(value);
    if (seen.length === take) break;
  }
  return seen;
});
