/** Loads of selects: exactly one case, never none that is ready, each alike. */
import { bool, i32 } from "../../src/index.ts";
import { forwardCounts } from "../../test/select/fair.ts";
import { PAIR, neverOtherwise } from "../../test/select/race.ts";
import { meet } from "./select-tasks.ts";
import { type Setup, type Stress, scaled } from "./stress.ts";

/** crossbeam zero.rs, matching: 44 tasks meet in pairs on one unbuffered channel, nobody itself. */
const matching: Stress = {
  id: "matching",
  what: "500 × 44 tasks that select a send and a receive on one unbuffered channel",
  async run(setup) {
    const { rt } = setup;
    const rounds = scaled(500, setup);
    let [dup, lost, selves] = [0, 0, 0];
    for (let round = 0; round < rounds; round++) {
      const c = rt.chan(i32);
      const met = await Promise.all(Array.from({ length: 44 }, (_, k) => rt.spawn(meet, c, k)));
      const received = met.filter((other) => other >= 0);
      dup += received.length - new Set(received).size;
      lost += met.length - 2 * received.length;
      selves += met.filter((other, k) => other === k).length;
      // Who was received has sent: it received nothing itself.
      lost += received.filter((other) => met[other] !== -1).length;
      c.close();
    }
    return { ops: rounds * 44, dup, lost, failures: selves === 0 ? [] : [`${selves} met themselves`] };
  },
};

/** Go chan_test.go, TestNonblockSelectRace 1 and 2: one of two is always ready, so the default is impossible. */
const impossible: Stress = {
  id: "impossible-default",
  what: "100,000 selects with otherwise, one of two channels always ready",
  async run(setup) {
    const { rt } = setup;
    const rounds = scaled(100_000, setup);
    const pairs = rt.chan(PAIR, 1);
    const selecting = rt.spawn(neverOtherwise, pairs, "otherwise");
    let wrong = 0;
    for (let k = 0; k < rounds; k++) {
      const [c1, c2, done] = [rt.chan(i32, 1), rt.chan(i32, 1), rt.chan(bool, 1)];
      c1.trySend(1);
      await pairs.send({ c1, c2, done });
      if (k % 2 === 0) c2.trySend(1);
      else c2.close();
      c1.tryRecv();
      if (!(await done.recv())) wrong++;
      for (const c of k % 2 === 0 ? [c1, c2, done] : [c1, done]) {
        c.close();
        c.tryRecv();
      }
    }
    pairs.close();
    await selecting;
    return { ops: rounds, notes: [`otherwise ${wrong}`], failures: wrong === 0 ? [] : [`otherwise was chosen ${wrong} times`] };
  },
};

/** Standard deviations from half that a fair choice exceeds once in 100,000 runs: Go's and crossbeam's five nines. */
const FIVE_NINES = 4.4172;

/** Of two full channels, how many deviations from half the first was chosen. */
async function bias({ rt }: Setup, trials: number, where: "main" | "thread"): Promise<number> {
  const [a, b] = [rt.chan(i32, trials + 1), rt.chan(i32, trials + 1)];
  for (const c of [a, b]) await c.sendMany(new Int32Array(trials + 1));
  const [first] = where === "main" ? await rt.spawn(() => forwardCounts(a, b, trials)) : await rt.spawn(forwardCounts, a, b, trials);
  for (const c of [a, b]) {
    c.close();
    while (c.tryRecv() !== undefined);
  }
  return (first - trials / 2) / (Math.sqrt(trials) / 2);
}

/** Go chan_test.go, TestSelectFairness: not scaled, because the bound depends on the count. */
const fairness: Stress = {
  id: "fairness",
  what: "10,000 and 100,000 selects of two ready channels, on a thread and on main",
  async run(setup) {
    const notes: string[] = [];
    const failures: string[] = [];
    for (const trials of [10_000, 100_000]) {
      for (const where of ["thread", "main"] as const) {
        const z = await bias(setup, trials, where);
        notes.push(`${trials / 1000}k on ${where} ${z.toFixed(2)} σ`);
        if (Math.abs(z) > FIVE_NINES) failures.push(`${z.toFixed(2)} σ of half exceeds ${FIVE_NINES}: ${trials} trials on ${where}`);
      }
    }
    return { ops: 220_000, notes, failures };
  },
};

export const SELECT_LOADS: readonly Stress[] = [matching, impossible, fairness];
