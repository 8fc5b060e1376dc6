/** Tasks that the tests of warren/net serve. */
import { type Context, Counter, chan, i32, named, registerError, task } from "../../src/index.ts";
import { traceparent } from "../../src/net/index.ts";

export class ShopError extends Error {
  override readonly name = "ShopError";
  readonly code = "E_SHOP";
  readonly order: number;
  constructor(message: string, order: number) {
    super(message);
    this.order = order;
  }
}
registerError(ShopError);

/** How often a task of this file has begun. */
export const starts = named("net.starts", () => new Counter());
/** Lets tasks end that wait for it. */
export const opened = named("net.opened", () => new Counter());

export const double = task(import.meta, async function double(value: number) {
  starts().add(1);
  return 2 * value;
});

/** A text of so many characters. */
export const textOf = task(import.meta, function textOf(length: number) {
  return "x".repeat(length);
});

export const refuse = task(import.meta, async function refuse(order: number): Promise<never> {
  starts().add(1);
  throw new ShopError("no such order", order);
});

/** Waits until `opened` is at least `gate`. */
export const hold = task(import.meta, async function hold<T>(gate: number, value: T): Promise<T> {
  starts().add(1);
  await opened().until(gate);
  return value;
});

export const untilCancelled = task(import.meta, async function untilCancelled(ctx: Context): Promise<string> {
  starts().add(1);
  await ctx.done.recv();
  return "cancelled";
});

/** Ends with the error of its context. */
export const heed = task(import.meta, async function heed(ctx: Context): Promise<never> {
  starts().add(1);
  await ctx.done.recv();
  throw ctx.reason;
});

export const traceOf = task(import.meta, async function traceOf(ctx: Context): Promise<string | undefined> {
  return ctx.value(traceparent);
});

export const deadlineOf = task(import.meta, async function deadlineOf(ctx: Context): Promise<boolean> {
  return ctx.deadlineMs !== undefined;
});

export const echo = task(import.meta, async function echo<T>(value: T): Promise<T> {
  return value;
});

/** Its result cannot leave the machine. */
export const giveChannel = task(import.meta, async function giveChannel() {
  return { reply: chan(i32, 1) };
});
