/** Tasks of the ring's tests. */
import { type Chan, type Receiver, type Sender, task } from "../../../src/index.ts";

/** Bounces a number `count` times; how often it was not the expected one. */
export const pingPong = task(import.meta, async function pingPong(from: Receiver<number>, to: Sender<number>, count: number, serves: boolean) {
  let wrong = 0;
  for (let k = 0; k < count; k++) {
    if (serves) await to.send(k);
    if ((await from.recv()) !== k) wrong++;
    if (!serves) await to.send(k);
  }
  return wrong;
});

export const requestEach = task(import.meta, async function requestEach(requests: Sender<number>, answers: Receiver<number>, count: number) {
  let [sent, next, wrong] = [0, 0, 0];
  while (next < count) {
    if (sent < count) await requests.send(sent++);
    for (let value = answers.tryRecv(); value !== undefined; value = answers.tryRecv()) if (value !== -next++) wrong++;
    if (sent === count && next < count && (await answers.recv()) !== -next++) wrong++;
  }
  requests.close();
  return wrong;
});

export const serveEach = task(import.meta, async function serveEach(requests: Receiver<number>, answers: Chan<number>) {
  let served = 0;
  for await (const value of requests) {
    await answers.send(-value);
    served++;
  }
  answers.close();
  return served;
});

/** Streams 0 … count − 1 in batches and closes. */
export const streamMany = task(import.meta, async function streamMany(c: Sender<number>, count: number) {
  const batch = new Int32Array(1000);
  for (let sent = 0; sent < count; sent += batch.length) {
    const values = batch.subarray(0, Math.min(batch.length, count - sent));
    for (let k = 0; k < values.length; k++) values[k] = sent + k;
    await c.sendMany(values);
  }
  c.close();
});

/** How many came, and how many of them out of order. */
export const countSum = task(import.meta, async function countSum(c: Receiver<number>) {
  let [count, disorder] = [0, 0];
  for (;;) {
    const values = await c.recvMany(1000);
    if (values === undefined) return { count, disorder };
    for (const value of values) if (value !== count++) disorder++;
  }
});

/** What a large value is. */
export interface Text {
  readonly n: bigint;
  readonly text: string;
}

const textOf = (k: number, characters: number): string => String.fromCharCode(97 + k, 228).repeat(characters / 2);

/** Texts of `characters` characters, half of them two bytes long. */
export const sendTexts = task(import.meta, async function sendTexts(c: Sender<Text>, characters: number, count: number) {
  for (let k = 0; k < count; k++) await c.send({ n: BigInt(k), text: textOf(k, characters) });
  c.close();
});

/** Number, UTF-8 bytes, and whether each text is right. */
export const recvTexts = task(import.meta, async function recvTexts(c: Receiver<Text>) {
  const seen: [bigint, number, boolean][] = [];
  for await (const { n, text } of c) seen.push([n, Buffer.byteLength(text), text === textOf(Number(n), text.length)]);
  return seen;
});
