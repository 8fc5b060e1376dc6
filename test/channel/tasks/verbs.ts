/** Tasks that move values through a channel, one for each verb. */
import { type Receiver, type Sender, never, select, task, yieldNow } from "../../../src/index.ts";

/** Sends `from` … `from + count − 1`. */
export const sendEach = task(import.meta, async function sendEach(c: Sender<number>, from: number, count: number) {
  for (let k = 0; k < count; k++) {
    const waits = c.send(from + k);
    if (waits !== undefined) await waits;
  }
});

const trySendEach = task(import.meta, async function trySendEach(c: Sender<number>, from: number, count: number) {
  for (let k = 0; k < count; ) {
    if (c.trySend(from + k)) k++;
    else await yieldNow();
  }
});

/** In batches of 1, 2, … 9, 1, 2, … */
export const sendBatches = task(import.meta, async function sendBatches(c: Sender<number>, from: number, count: number) {
  for (let sent = 0, size = 1; sent < count; size = (size % 9) + 1) {
    const batch = Array.from({ length: Math.min(size, count - sent) }, (_, k) => from + sent + k);
    await c.sendMany(batch);
    sent += batch.length;
  }
});

const selectSend = task(import.meta, async function selectSend(c: Sender<number>, from: number, count: number) {
  for (let k = 0; k < count; k++) await select({ out: c.sending(from + k), idle: never() });
});

export const SEND_VERBS = { send: sendEach, trySend: trySendEach, sendMany: sendBatches, select: selectSend } as const;

/** Receives until the channel is closed and drained. */
export const recvEach = task(import.meta, async function recvEach(c: Receiver<number>, _count: number) {
  const seen: number[] = [];
  for (let value = await c.recv(); value !== undefined; value = await c.recv()) seen.push(value);
  return seen;
});

/** Receives `count` values: what is empty and what is closed look alike. */
const tryRecvEach = task(import.meta, async function tryRecvEach(c: Receiver<number>, count: number) {
  const seen: number[] = [];
  while (seen.length < count) {
    const value = c.tryRecv();
    if (value === undefined) await yieldNow();
    else seen.push(value);
  }
  return seen;
});

const recvBatches = task(import.meta, async function recvBatches(c: Receiver<number>, _count: number) {
  const seen: number[] = [];
  for (let size = 1; ; size = (size % 7) + 1) {
    const batch = await c.recvMany(size);
    if (batch === undefined) return seen;
    if (batch.length === 0 || batch.length > size) throw new Error(`recvMany(${size}) gave ${batch.length}`);
    seen.push(...batch);
  }
});

export const iterate = task(import.meta, async function iterate(c: Receiver<number>, _count: number) {
  const seen: number[] = [];
  for await (const value of c) seen.push(value);
  return seen;
});

const selectRecv = task(import.meta, async function selectRecv(c: Receiver<number>, _count: number) {
  const seen: number[] = [];
  for (;;) {
    const { value } = await select({ in: c, idle: undefined });
    if (value === undefined) return seen;
    seen.push(value);
  }
});

export const RECV_VERBS = { recv: recvEach, tryRecv: tryRecvEach, recvMany: recvBatches, iteration: iterate, select: selectRecv } as const;

/** One send: "sent", or the code of what it threw. */
export const sendOne = task(import.meta, async function sendOne(c: Sender<number>, value: number) {
  try {
    await c.send(value);
    return "sent";
  } catch (error) {
    return (error as { code: string }).code;
  }
});

/** One receive; `null` for closed. */
export const recvOne = task(import.meta, async function recvOne(c: Receiver<number>) {
  return (await c.recv()) ?? null;
});

/** One receive that does not wait; `null` for nothing there. */
export const tryRecvOne = task(import.meta, function tryRecvOne(c: Receiver<number>) {
  return c.tryRecv() ?? null;
});

export const trySendOne = task(import.meta, function trySendOne(c: Sender<number>, value: number) {
  return c.trySend(value);
});
