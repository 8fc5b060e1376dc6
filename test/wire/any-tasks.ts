/** Tasks that send and receive elements of any cloneable value, lists and results. */
import { type Chan, type Context, type Counter, type Mutex, type Receiver, type Result, type Sender, type SharedArray, array, i32, map, result, struct, task, utf8, value, chanOf, chan, optional } from "../../src/index.ts";
import { KnownError } from "./payload-tasks.ts";

/** One element type of each kind, as deep as a program may have it. */
export const everything = struct({
  any: value<unknown>(),
  lines: array(struct({ text: utf8, replies: array(chanOf(i32)) })),
  counts: map(utf8, array(i32)),
  answers: map(i32, result(optional(value<{ reply: Chan<number> }>()))),
});

/** Sends back what it receives, on a channel that comes with it: types travel as names. */
export const sendBack = task(import.meta, async function sendBack(from: Receiver<unknown>, to: Sender<unknown>) {
  for await (const each of from) await to.send(each);
  to.close();
});

/** What a message can hold in addition to data. */
export interface Tools {
  readonly reply: Chan<number>;
  readonly again: Chan<number>;
  readonly lock: Mutex;
  readonly ctx: Context;
  readonly hits: Counter;
  readonly cells: SharedArray<"i32">;
  readonly map: Map<Chan<number>, string>;
}

/** Uses everything in a message; tells on `reply`. */
export const useTools = task(import.meta, async function useTools(from: Receiver<Tools>) {
  for await (const { reply, again, lock, ctx, hits, cells, map: names } of from) {
    using _held = await lock.lock();
    hits.add(1);
    cells.array[0] += 1;
    await again.send(ctx.cancelled ? 1 : 0);
    await reply.send(names.get(reply) === "reply" && reply === again ? 1 : 0);
  }
});

/** Answers each number: its half, or an error for an odd one. */
export const halve = task(import.meta, async function halve(numbers: Receiver<number>, halves: Sender<Result<number>>) {
  for await (const n of numbers) await halves.send(n % 2 === 0 ? { value: n / 2 } : { error: new KnownError(`${n} is odd`, "E_ODD", { n }) });
  halves.close();
});

/** Sends one message with a channel and a long text in each of its parts, and ends its thread. */
export const sendAndDie = task(import.meta, async function sendAndDie(to: Sender<unknown>, reply: Chan<number>) {
  await to.send([{ reply, text: "long ".repeat(2000) }, { reply, text: "b" }]);
  process.exit(0);
});

/** Fills a channel that nobody receives from, and forgets it. */
export const leaveInside = task(import.meta, async function leaveInside(reply: Chan<number>, times: number) {
  const left = chan(array(value<unknown>()), times);
  for (let k = 0; k < times; k++) await left.send([{ reply }, new Map([[k, { list: [reply] }]])]);
  left.close();
  while ((await left.recv()) !== undefined);
});

/** Gives back a channel, which has gone to a thread and come from there. */
export const keep = task(import.meta, async function keep(c: Chan<unknown>) {
  return c;
});
