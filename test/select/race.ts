/** Tasks that select while other threads send, receive, close and abort. */
import { type Chan, type ElementOf, type Receiver, type Sender, after, bool, chanOf, i32, never, select, sleep, struct, task, yieldNow } from "../../src/index.ts";

/** Two channels, one of which is always ready. */
export const PAIR = struct({ c1: chanOf(i32), c2: chanOf(i32), done: chanOf(bool) });
type Pair = ElementOf<typeof PAIR>;

/** Selects once from each pair, with `otherwise` or a timer far off: `done` says whether a case was chosen. */
export const neverOtherwise = task(import.meta, async function neverOtherwise(pairs: Receiver<Pair>, instead: "otherwise" | "timer") {
  for await (const { c1, c2, done } of pairs) {
    const chosen = instead === "otherwise" ? await select({ c1, c2 }, { otherwise: true }) : await select({ c1, c2, late: after(30_000) });
    await done.send(chosen.case === "c1" || chosen.case === "c2");
  }
});

/** Forwards what comes first from either, until both have ended. */
export const merge = task(import.meta, async function merge(a: Receiver<number>, b: Receiver<number>, out: Sender<number>) {
  let [left, right]: (Receiver<number> | undefined)[] = [a, b];
  while (left !== undefined || right !== undefined) {
    const chosen = await select({ left, right });
    if (chosen.value !== undefined) await out.send(chosen.value);
    else if (chosen.case === "left") left = undefined;
    else right = undefined;
  }
});

/** Sends `from` … to whichever channel takes it first; how many went to each. */
export const spread = task(import.meta, async function spread(channels: Sender<number>[], from: number, count: number) {
  const counts = channels.map(() => 0);
  for (let k = 0; k < count; k++) {
    const cases = Object.fromEntries(channels.map((c, at) => [at, c.sending(from + k)]));
    counts[Number((await select(cases)).case)]++;
  }
  return counts;
});

/** Receives from either; ends when told. Everything it got. */
export const takeEither = task(import.meta, async function takeEither(a: Receiver<number>, b: Receiver<number>) {
  const seen: number[] = [];
  for (;;) {
    const { case: name, value } = await select({ a, b });
    if (value === undefined) return seen;
    seen.push(name === "a" ? value : -value);
  }
});

/** Both sends to and receives from one unbuffered channel, at once; what it received. */
export const bothWays = task(import.meta, async function bothWays(c: Chan<number>, mine: number, rounds: number) {
  const seen: number[] = [];
  let sent = 0;
  while (seen.length < rounds || sent < rounds) {
    const chosen = await select({ in: seen.length < rounds ? c : undefined, out: sent < rounds ? c.sending(mine) : undefined });
    if (chosen.case === "out") sent++;
    else seen.push(chosen.value as number);
  }
  return seen;
});

/** A philosopher: takes both forks with select, eats, puts them back. */
export const philosopher = task(import.meta, async function philosopher(left: Chan<number>, right: Chan<number>, meals: number) {
  let eaten = 0;
  while (eaten < meals) {
    const { case: first } = await select({ left, right });
    const [held, other] = first === "left" ? [left, right] : [right, left];
    // Never holds one fork while it waits for the other: the deadlock of the story.
    const { case: second } = await select({ other }, { otherwise: true });
    if (second === "other") {
      eaten++;
      await other.send(1);
    }
    await held.send(1);
    await yieldNow();
  }
  return eaten;
});

/** Receives from many channels, each at most once, dropping those that have fired. */
export const takeEachOnce = task(import.meta, async function takeEachOnce(channels: Receiver<number>[]) {
  const left = new Map(channels.map((c, k) => [`c${k}`, c]));
  const seen: number[] = [];
  while (left.size > 0) {
    const { case: name, value } = await select(Object.fromEntries(left));
    left.delete(name);
    if (value !== undefined) seen.push(value);
  }
  return seen;
});

/** Selects that are cancelled: each waits on both sides of idle channels. */
export const cancelSelects = task(import.meta, async function cancelSelects(idle: Chan<number>[], count: number) {
  let cancelled = 0;
  for (let k = 0; k < count; k++) {
    const controller = new AbortController();
    const waiting = select({ a: idle[0], b: idle[1].sending(k), c: never() }, { signal: controller.signal });
    controller.abort();
    try {
      await waiting;
    } catch {
      cancelled++;
    }
  }
  return cancelled;
});

/** Fails in the body of its case: what it received is received. */
export const failInBody = task(import.meta, async function failInBody(c: Receiver<number>) {
  const { value } = await select({ c });
  throw new RangeError(`after ${value}`);
});

/** Sends one value after a while. */
export const sendLater = task(import.meta, async function sendLater(c: Sender<number>, value: number, delayMs: number) {
  await sleep(delayMs);
  await c.send(value);
});
