/**
 * Bounded buffer: producers and consumers with a buffer for a few items between them.
 * A buffered channel is such a buffer.
 *
 *     node workers/examples/bounded-buffer.ts [items] [threads]
 */
import { chan, i32, isMain, run, spawn, task, type Receiver, type Sender } from "../../src/index.ts";

const [PRODUCERS, CONSUMERS, ROOM] = [4, 3, 16];

/** Produces the items `first` to `end` − 1. */
export const produce = task(import.meta, async function produce(first: number, end: number, buffer: Sender<number>): Promise<void> {
  for (let item = first; item < end; item++) await buffer.send(item);
});

/** Consumes until no more items arrive; returns them. */
export const consume = task(import.meta, async function consume(buffer: Receiver<number>): Promise<number[]> {
  const items: number[] = [];
  for await (const item of buffer) items.push(item);
  return items;
});

/** Passes `items` items through the buffer. Returns how many arrived, and how many different ones. */
export const boundedBuffer = task(import.meta, async function boundedBuffer(items: number): Promise<{ arrived: number; different: number }> {
  const buffer = chan(i32, ROOM);
  const consumers = Array.from({ length: CONSUMERS }, () => spawn(consume, buffer));
  await Promise.all(Array.from({ length: PRODUCERS }, (_, k) => spawn(produce, Math.floor((items * k) / PRODUCERS), Math.floor((items * (k + 1)) / PRODUCERS), buffer)));
  buffer.close();
  const all = (await Promise.all(consumers)).flat();
  return { arrived: all.length, different: new Set(all).size };
});

if (isMain(import.meta)) {
  const [items = "10000", threads] = process.argv.slice(2);
  console.log(await run(boundedBuffer, { threads: threads === undefined ? undefined : Number(threads), args: [Number(items)] }));
}
