/** Tasks of the stream cases. */
import { type Chan, type Receiver, type Sender, type SharedArray, chan, i32, task } from "../../../src/index.ts";
import { fnv } from "./checksum.ts";

/** Sends `count` values that carry who sent them: `sender · 2²⁰ + number`. */
export const sendMarked = task(import.meta, async function sendMarked(c: Sender<number>, sender: number, count: number) {
  for (let k = 0; k < count; k++) await c.send(sender * 2 ** 20 + k);
});

/** Everything this receiver got, in its order. */
export const recvAll = task(import.meta, async function recvAll(c: Receiver<number>) {
  const seen: number[] = [];
  for await (const value of c) seen.push(value);
  return seen;
});

/** Sends and looks at the length between; the least and the most that it saw. */
export const sendLooking = task(import.meta, async function sendLooking(c: Sender<number>, count: number) {
  const lengths = new Set<number>();
  for (let k = 0; k < count; k++) {
    await c.send(k);
    lengths.add(c.length);
  }
  return [Math.min(...lengths), Math.max(...lengths)];
});

export const recvLooking = task(import.meta, async function recvLooking(c: Receiver<number>, count: number) {
  const lengths = new Set<number>();
  for (let k = 0; k < count; k++) {
    if ((await c.recv()) !== k) throw new Error(`out of order at ${k}`);
    lengths.add(c.length);
  }
  return [Math.min(...lengths), Math.max(...lengths)];
});

/** Writes before it sends; counts receiver's writes that it ought to see and does not. */
export const writeThenSend = task(import.meta, async function writeThenSend(c: Sender<number>, mine: SharedArray<"i32">, theirs: SharedArray<"i32">, count: number) {
  const [x, y] = [mine.array, theirs.array];
  let unseen = 0;
  for (let k = 0; k < count; k++) {
    x[k] = k + 1;
    await c.send(k);
    const known = k - c.capacity;
    if (known >= 0 && y[known] !== known + 1) unseen++;
  }
  return unseen;
});

export const writeThenRecv = task(import.meta, async function writeThenRecv(c: Receiver<number>, mine: SharedArray<"i32">, theirs: SharedArray<"i32">, count: number) {
  const [x, y] = [theirs.array, mine.array];
  let unseen = 0;
  for (let k = 0; k < count; k++) {
    y[k] = k + 1;
    if ((await c.recv()) !== k || x[k] !== k + 1) unseen++;
  }
  return unseen;
});

/** Blocks of 64 B to 64 kB, each with its checksum in front. */
export const sendBlocks = task(import.meta, async function sendBlocks(c: Sender<Uint8Array>, seed: number, count: number) {
  for (let k = 0; k < count; k++) {
    const block = new Uint8Array(64 << (k % 11));
    for (let at = 4; at < block.length; at++) block[at] = seed + k * 31 + at * 7;
    new DataView(block.buffer).setUint32(0, fnv(block.subarray(4)));
    await c.send(block);
    block.fill(0);
  }
});

/** How many blocks were whole, and how many torn. */
export const checkBlocks = task(import.meta, async function checkBlocks(c: Receiver<Uint8Array>) {
  let [whole, torn] = [0, 0];
  for await (const block of c) {
    if (new DataView(block.buffer).getUint32(0) === fnv(block.subarray(4))) whole++;
    else torn++;
  }
  return [whole, torn];
});

/** Sends a fresh channel through a channel, and receives its number through that. */
export const sendChannels = task(import.meta, async function sendChannels(c: Sender<Chan<number>>, count: number) {
  for (let k = 0; k < count; k++) {
    const reply = chan(i32, 1);
    await c.send(reply);
    if ((await reply.recv()) !== k || (await reply.recv()) !== undefined) throw new Error(`wrong answer ${k}`);
  }
  c.close();
});

export const answerChannels = task(import.meta, async function answerChannels(c: Receiver<Chan<number>>) {
  let k = 0;
  for await (const reply of c) {
    await reply.send(k++);
    reply.close();
  }
  return k;
});


/** How often each of 0 … `below` − 1 came, and how many others did. */
export const sumUp = task(import.meta, async function sumUp(c: Receiver<number>, below: number) {
  const seen = new Uint8Array(below);
  let strange = 0;
  for (;;) {
    const received = c.recv();
    const value = received instanceof Promise ? await received : received;
    if (value === undefined) return { seen, strange };
    if (value < 0 || value >= below || seen[value] === 255) strange++;
    else seen[value]++;
  }
});
