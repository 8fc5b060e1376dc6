/** The talk's small examples: timer, two-way select, a closure that copies, compose. */
import { after, chan, go, i32, select, task, type Receiver, type Sender } from "../../src/index.ts";
import { same, within, type PatternCheck } from "./check.ts";

const TIMER_MS = 20;

/** A timer is a channel. */
export const timer = task(import.meta, async function timer(): Promise<PatternCheck[]> {
  const startMs = performance.now();
  const fired = after(TIMER_MS);
  const firedAtMs = await fired.recv();
  const tookMs = performance.now() - startMs;
  return [
    same("fires, and is then closed", "a time, then the end", `${typeof firedAtMs === "number" ? "a time" : "nothing"}, then ${(await fired.recv()) === undefined ? "the end" : "more"}`),
    within("waited, ms", TIMER_MS, Infinity, tookMs, "never early"),
  ];
});

const TRIALS = 100_000;
/** Half of the trials, ± 4.42 standard deviations: a fair select is outside once in 100,000 runs. */
const MOST_OFF = 4.42 * Math.sqrt(TRIALS / 4);
/** The value that χ² with one degree of freedom exceeds once in 100. */
const CHI_SQUARE_1_PERCENT = 6.635;

/** Chooses a case that is ready; if both are, either; if none is, the default, if there is one. */
export const twoWaySelect = task(import.meta, async function twoWaySelect(): Promise<PatternCheck[]> {
  const [a, b] = [chan(i32, 1), chan(i32, 1)];
  const none = await select({ a, b }, { otherwise: true });
  b.trySend(1);
  const only = await select({ a, b }, { otherwise: true });
  let chosenA = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    a.trySend(1);
    b.trySend(2);
    const { case: chosen } = await select({ a, b });
    if (chosen === "a") chosenA++;
  }
  return [
    same("none ready, with a default", "otherwise", none.case),
    same("one ready, with a default", "b", only.case),
    within("both ready: the first, of 100,000", TRIALS / 2 - MOST_OFF, TRIALS / 2 + MOST_OFF, chosenA, "within 4.42 σ of half"),
    within("χ²", 0, CHI_SQUARE_1_PERCENT, (2 * chosenA - TRIALS) ** 2 / TRIALS, "99 of 100 runs of a fair choice"),
  ];
});

const COPIES = 1000;

/** A closure that copies one channel to another forever: a daemon. */
export const daemonCopy = task(import.meta, async function daemonCopy(): Promise<PatternCheck[]> {
  const [from, to] = [chan(i32), chan(i32)];
  copy(from, to);
  go(async () => {
    for (let k = 0; k < COPIES; k++) await from.send(k);
    from.close();
  });
  let inOrder = 0;
  for await (const value of to) if (value === inOrder) inOrder++;
  return [same("values copied, in order", COPIES, inOrder)];
});

function copy(from: Receiver<number>, to: Sender<number>): void {
  go(async () => {
    for await (const value of from) await to.send(value);
    to.close();
  });
}

type Real = (x: number) => number;

/** Functions made of functions, with closures. */
export const composition = task(import.meta, async function composition(): Promise<PatternCheck[]> {
  return [same("compose(sin, cos)(0.5)", "0.7692", compose(Math.sin, Math.cos)(0.5).toFixed(4))];
});

function compose(f: Real, g: Real): Real {
  return (x) => f(g(x));
}
