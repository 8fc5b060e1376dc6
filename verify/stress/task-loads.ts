/** Loads of tasks and timers. */
import { quiet, until } from "../../test/channel/tasks/quiet.ts";
import { startCrowd } from "../../test/scheduler/crowd-tasks.ts";
import { type Stress, count, scaled } from "./stress.ts";
import { tally } from "./tally.ts";
import { sleepMany, zeroTimers } from "./timer-tasks.ts";

/** kotlinx.coroutines, CoroutineSchedulerStressTest. */
const tasks: Stress = {
  id: "tasks",
  what: "500,000 tiny tasks from inside one, each once",
  async run(setup) {
    const { rt } = setup;
    const total = scaled(500_000, setup);
    using cells = rt.shared.int32(total);
    const before = (await rt.stats()).threads.map(({ started }) => started);
    await rt.spawn(startCrowd, cells, total);
    await until(async () => (await rt.stats()).threads.every(({ load }) => load === 0));
    const ran = (await rt.stats()).threads.map(({ started }, k) => started - before[k]);
    return { ops: total, ...tally(cells), notes: [`by thread ${ran.map(count).join(" + ")}`], failures: ran.every((some) => some > 0) ? [] : ["a thread ran none"] };
  },
};

/** Go time/sleep_test.go and similar tests: never early, none missed. */
const timers: Stress = {
  id: "timers",
  what: "40,000 sleeps up to 20 ms, an eighth of them cancelled, and 100,000 timers of 0 ms",
  async run(setup) {
    const { rt, seed } = setup;
    const threads = Array.from({ length: rt.threads }, (_, thread) => thread);
    const [sleeps, zeros] = [Math.ceil(scaled(40_000, setup) / rt.threads), Math.ceil(scaled(100_000, setup) / rt.threads)];
    const slept = await Promise.all(threads.map((thread) => rt.spawn.on(thread)(sleepMany, sleeps, seed, thread)));
    const missed = await Promise.all(threads.map((thread) => rt.spawn.on(thread)(zeroTimers, zeros)));
    await quiet(rt);
    const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
    const [ended, early, undead] = [sum(slept.map(({ ended }) => ended)), sum(slept.map(({ early }) => early)), sum(slept.map(({ undead }) => undead))];
    const failures = [...(early === 0 ? [] : [`${early} sleeps ended early`]), ...(undead === 0 ? [] : [`${undead} cancelled sleeps ended all the same`])];
    return { ops: (sleeps + zeros) * rt.threads, lost: sleeps * rt.threads - ended + sum(missed), notes: [`early ${early}`, `latest ${Math.max(...slept.map(({ latestMs }) => latestMs)).toFixed(1)} ms`], failures };
  },
};

export const TASK_LOADS: readonly Stress[] = [tasks, timers];
