/**
 * Loads of short lives: reply channels, cancelled selects, timers that never
 * fire. Arena use and what lives on all heaps after a garbage collection are the
 * same at the end as after the first tenth. Resident memory is too if V8's young
 * generation cannot grow (`npm run stress` says --max-semi-space-size=8); left to
 * itself it takes up to 128 MiB a thread, hence the loose bound.
 */
import { i32 } from "../../src/index.ts";
import { processor } from "../../src/memory/layout.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";
import { REQUEST, answerOneshots, askOneshots } from "../../test/channel/tasks/oneshots.ts";
import { quiet, used } from "../../test/channel/tasks/quiet.ts";
import { recvOne, sendOne } from "../../test/channel/tasks/verbs.ts";
import { cancelSelects } from "../../test/select/race.ts";
import { heapInUse } from "./heap-tasks.ts";
import { passTimers } from "./timer-tasks.ts";
import { type Figures, type Stress, count, scaled } from "./stress.ts";

/** Records of waits and blocks that threads keep for the next ones: at most this much more than after the tenth, where a leak would be megabytes. */
const KEPT_BYTES = 4096;
/** Bytes of an action that stays: a leaked record, object or timer has more. */
const LEAKED_BYTES = 8;
/** Of each heap: what V8 compiles and learns goes on after the first tenth, by 1 to 3 MiB in all and no more for 40,000 actions than for 1,000. */
const HEAP_NOISE = 2 ** 20;
const MOST_RSS_FACTOR = 2;
const MIB = 2 ** 20;

interface Memory {
  readonly arena: number;
  readonly heap: number;
  readonly rss: number;
}

async function memoryOf(rt: OpenRuntime): Promise<Memory> {
  await quiet(rt);
  // Before the collection: what it gives back would count as growth of the rest.
  const rss = process.memoryUsage.rss();
  const heaps = await Promise.all([heapInUse(), ...Array.from({ length: rt.threads }, (_, thread) => rt.spawn.on(thread)(heapInUse))]);
  return { arena: used(rt), heap: heaps.reduce((sum, bytes) => sum + bytes, 0), rss };
}

/** Does a tenth, measures, does the rest, measures; `act` returns how many of its actions went wrong. */
async function flat(rt: OpenRuntime, total: number, act: (actions: number) => Promise<number>): Promise<Figures> {
  const tenth = Math.ceil(total / 10);
  let lost = await act(tenth);
  const first = await memoryOf(rt);
  lost += await act(total - tenth);
  const last = await memoryOf(rt);
  const allowed = { arena: KEPT_BYTES, heap: HEAP_NOISE * (rt.threads + 1) + LEAKED_BYTES * (total - tenth), rss: (MOST_RSS_FACTOR - 1) * first.rss } as const;
  const grown = (["arena", "heap", "rss"] as const).filter((what) => last[what] - first[what] > allowed[what]);
  return {
    ops: total,
    lost,
    notes: [`arena ${count(first.arena)} → ${count(last.arena)} B`, `live heap ${(first.heap / MIB).toFixed(1)} → ${(last.heap / MIB).toFixed(1)} MiB`, `RSS ${count(first.rss / MIB)} → ${count(last.rss / MIB)} MiB`],
    failures: grown.map((what) => `${what} has grown by ${count(last[what] - first[what])} B`),
  };
}

const replies: Stress = {
  id: "replies",
  what: "1,000,000 one-shot reply channels, two askers and two answerers",
  run(setup) {
    const { rt } = setup;
    return flat(rt, scaled(1_000_000, setup), async (actions) => {
      const requests = [rt.chan(REQUEST, 4), rt.chan(REQUEST)];
      const asked = [Math.ceil(actions / 2), Math.floor(actions / 2)];
      const answering = requests.map((each) => rt.spawn(answerOneshots, each));
      const wrong = await Promise.all(requests.map((each, k) => rt.spawn(askOneshots, each, asked[k])));
      const answered = await Promise.all(answering);
      return wrong[0] + wrong[1] + actions - answered[0] - answered[1];
    });
  },
};

const cancelledSelects: Stress = {
  id: "cancelled-selects",
  what: "1,000,000 selects that are cancelled, on all threads",
  run(setup) {
    const { rt } = setup;
    const idle = [rt.chan(i32), rt.chan(i32)];
    return flat(rt, scaled(1_000_000, setup), async (actions) => {
      const each = Math.ceil(actions / rt.threads);
      const cancelled = await Promise.all(Array.from({ length: rt.threads }, (_, thread) => rt.spawn.on(thread)(cancelSelects, idle, each)));
      return each * rt.threads - cancelled.reduce((sum, some) => sum + some, 0);
    }).finally(() => {
      for (const c of idle) c.close();
    });
  },
};

/** crossbeam array.rs, stress_oneshot. */
const oneshots: Stress = {
  id: "oneshots",
  what: "10,000 fresh channels of capacity 1, each with one send and one receive on two tasks",
  run(setup) {
    const { rt } = setup;
    return flat(rt, scaled(10_000, setup), async (actions) => {
      let lost = 0;
      for (let k = 0; k < actions; k++) {
        const c = rt.chan(i32, 1);
        const received = rt.spawn(recvOne, c);
        if ((await rt.spawn(sendOne, c, k)) !== "sent" || (await received) !== k) lost++;
        c.close();
      }
      return lost;
    });
  },
};

/** Timers of selects that another case won. */
const timersStopped: Stress = {
  id: "timers-stopped",
  what: "1,000,000 timers in selects that another case wins, on all threads",
  run(setup) {
    const { rt } = setup;
    return flat(rt, scaled(1_000_000, setup), async (actions) => {
      const each = Math.ceil(actions / 2 / rt.threads);
      const fired = await Promise.all(Array.from({ length: rt.threads }, (_, thread) => rt.spawn.on(thread)(passTimers, each)));
      const armed = fired.map((_, thread) => rt.arena.i32[rt.arena.processorAt(thread) + processor.timers]);
      return [...fired, ...armed].reduce((sum, some) => sum + some, 0);
    });
  },
};

export const FLAT_LOADS: readonly Stress[] = [replies, cancelledSelects, oneshots, timersStopped];
