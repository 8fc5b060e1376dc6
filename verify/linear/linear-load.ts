/**
 * Histories of three threads with four operations each on channels of capacity 0,
 * 1 and 2, each checked against a plain queue.
 *
 * Source: Lincheck's scenarios (kotlinx.coroutines, RendezvousChannelLincheckTest
 * and its kin), with fresh random operations for each history.
 */
import { i32 } from "../../src/index.ts";
import { Jitter } from "../stress/jitter.ts";
import { type Stress, count, scaled } from "../stress/stress.ts";
import { type History, type Verb, isLinearizable, printHistory } from "./history.ts";
import { BOARD_WORDS, type Step, record } from "./record-tasks.ts";

const THREADS = 3;
const STEPS = 4;
/** Close is rare: most of what is worth seeing happens while the channel is open. */
const VERBS: readonly Verb[] = ["send", "send", "send", "recv", "recv", "recv", "trySend", "trySend", "tryRecv", "tryRecv", "close"];

export const LINEARIZABLE: Stress = {
  id: "linearizable",
  what: "2,000 histories of 3 tasks × 4 operations, capacities 0, 1 and 2",
  async run(setup) {
    const { rt, seed } = setup;
    const histories = scaled(2000, setup);
    const chance = new Jitter(seed, 0);
    const failures: string[] = [];
    let [operations, overlaps, cancelled] = [0, 0, 0];
    for (let k = 0; k < histories; k++) {
      const capacity = k % 3;
      const c = rt.chan(i32, capacity);
      const before = Array.from({ length: chance.below(capacity + 1) }, (_, at) => -1 - at);
      for (const value of before) c.trySend(value);
      const script = (thread: number): Step[] => Array.from({ length: STEPS }, (_, at) => ({ verb: VERBS[chance.below(VERBS.length)], value: 10 * (thread + 1) + at }));
      using board = rt.shared.int32(BOARD_WORDS);
      const ops = (await Promise.all(Array.from({ length: THREADS }, (_, thread) => rt.spawn.on(thread % rt.threads)(record, c, script(thread), board, THREADS)))).flat();
      const history: History = { capacity, before, ops };
      if (!isLinearizable(history)) failures.push(`no order of a queue explains history ${k}:\n${printHistory(history)}`);
      operations += ops.length;
      cancelled += ops.filter(({ result }) => result === "cancelled").length;
      overlaps += ops.filter((op, at) => ops.some((other, then) => then > at && op.invoked < other.returned && other.invoked < op.returned)).length;
      if (!ops.some(({ verb, result }) => verb === "close" && result === "ok")) c.close();
      while (c.tryRecv() !== undefined);
    }
    return { ops: operations, notes: [`histories ${count(histories)}`, `overlapping operations ${count(overlaps)}`, `cancelled ${count(cancelled)}`], failures };
  },
};
