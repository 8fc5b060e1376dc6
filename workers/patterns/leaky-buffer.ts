/**
 * Leaky buffer: a free list that is a channel. A task that needs a buffer takes a free
 * one or makes one. A task that is done with a buffer returns it, or drops it if the
 * list is full. Source: *Effective Go*.
 */
import { chan, i32, select, shared, spawn, task, type Chan, type Receiver, type Sender, type SharedArray } from "../../src/index.ts";
import { same, within, type PatternCheck } from "./check.ts";

const MESSAGES = 1000;
/** Number of free buffers that are kept, and of full buffers that can wait for the server. */
const KEPT = 4;
const WAITING = 16;

/** Puts each message into a buffer and sends it; returns how many buffers it had to make. */
const client = task(import.meta, async function client(buffers: SharedArray<"i32">, free: Receiver<number>, loaded: Sender<number>): Promise<number> {
  let made = 0;
  for (let message = 1; message <= MESSAGES; message++) {
    const taken = await select({ free }, { otherwise: true });
    const buffer = taken.case === "free" ? (taken.value as number) : made++;
    buffers.array[buffer] = message;
    await loaded.send(buffer);
  }
  loaded.close();
  return made;
});

/** Adds up the contents of the buffers; returns the sum, and how many buffers it dropped. */
const server = task(import.meta, async function server(buffers: SharedArray<"i32">, free: Chan<number>, loaded: Receiver<number>): Promise<{ sum: number; dropped: number }> {
  let [sum, dropped] = [0, 0];
  for await (const buffer of loaded) {
    sum += buffers.array[buffer] ?? 0;
    if ((await select({ back: free.sending(buffer) }, { otherwise: true })).case === "otherwise") dropped++;
  }
  return { sum, dropped };
});

export const leakyBuffer = task(import.meta, async function leakyBuffer(): Promise<PatternCheck[]> {
  using buffers = shared.int32(MESSAGES);
  const [free, loaded] = [chan(i32, KEPT), chan(i32, WAITING)];
  const [made, { sum, dropped }] = await Promise.all([spawn(client, buffers, free, loaded), spawn(server, buffers, free, loaded)]);
  return [
    same("sum of the messages 1 … 1,000", (MESSAGES * (MESSAGES + 1)) / 2, sum),
    same("buffers made, less those dropped and those free", 0, made - dropped - free.length),
    within("buffers in the free list", 1, KEPT, free.length, "the list leaks when it is full"),
  ];
});
