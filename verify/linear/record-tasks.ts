/** A task that does operations on a channel and notes when each began and ended. */
import { type Chan, type SharedArray, task, yieldNow } from "../../src/index.ts";
import type { Op, Result, Verb } from "./history.ts";

/** Words of the board that the tasks of a history share: the clock of all stamps, how many are there, and how many wait or have ended. */
export const BOARD_WORDS = 3;
const BOARD = { clock: 0, here: 1, stuck: 2 } as const;

export interface Step {
  readonly verb: Verb;
  readonly value: number;
}

/** Looks at a wait that nobody can end any more before it is cancelled. */
const LOOKS = 3;

/** Does the steps one after the other, beginning when all `threads` are there. */
export const record = task(import.meta, async function record(c: Chan<number>, steps: readonly Step[], board: SharedArray<"i32">, threads: number) {
  const { array } = board;
  const stamp = (): number => Atomics.add(array, BOARD.clock, 1);
  const ops: Op[] = [];
  Atomics.add(array, BOARD.here, 1);
  for (let looks = 0; Atomics.load(array, BOARD.here) < threads; looks++) if (looks % 1000 === 999) await yieldNow();
  for (const { verb, value } of steps) {
    const controller = new AbortController();
    const invoked = stamp();
    let result: Result;
    try {
      const doing = begin(c, verb, value, controller.signal);
      result = doing instanceof Promise ? await untilStuck(doing, controller, board, threads) : doing;
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_CHANNEL_CLOSED") throw error;
      result = "closed";
    }
    ops.push({ verb, value, invoked, returned: stamp(), result });
  }
  Atomics.add(array, BOARD.stuck, 1);
  return ops;
});

function begin(c: Chan<number>, verb: Verb, value: number, signal: AbortSignal): Result | Promise<Result> {
  if (verb === "trySend") return c.trySend(value) ? "ok" : "full";
  if (verb === "tryRecv") return c.tryRecv() ?? "empty";
  if (verb === "close") {
    c.close();
    return "ok";
  }
  const doing = verb === "send" ? c.send(value, { signal }) : c.recv({ signal });
  const result = (received: number | void | undefined): Result => (verb === "send" ? "ok" : (received ?? "empty"));
  return doing instanceof Promise ? doing.then(result) : result(doing);
}

/** Waits for an operation; cancels it when every thread waits or has ended and nothing moves. */
async function untilStuck(doing: Promise<Result>, controller: AbortController, { array }: SharedArray<"i32">, threads: number): Promise<Result> {
  let isOver = false;
  const over = (): void => void (isOver = true);
  doing.then(over, over);
  Atomics.add(array, BOARD.stuck, 1);
  let clock = -1;
  for (let still = 0; !isOver && still < LOOKS; ) {
    await yieldNow();
    const now = Atomics.load(array, BOARD.clock);
    still = Atomics.load(array, BOARD.stuck) === threads && now === clock ? still + 1 : 0;
    clock = now;
  }
  controller.abort();
  try {
    return await doing;
  } catch (error) {
    if (error !== controller.signal.reason) throw error;
    return "cancelled";
  } finally {
    Atomics.sub(array, BOARD.stuck, 1);
  }
}
