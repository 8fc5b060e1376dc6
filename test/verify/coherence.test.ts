/**
 * What docs/performance.md, "Shared words" says, on eight virtual threads: no word of the
 * runtime is written by every operation of every thread, and the traffic of an operation
 * stays within bounds. The simulation is the same for the same source and seed.
 *
 * A process of its own, as for the explorer: it loads rewritten source through hooks.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { Outcome } from "../../verify/coherence/simulation.ts";

const MAIN = fileURLToPath(new URL("../../verify/coherence/main.ts", import.meta.url));
/** Far more than it takes: ends what hangs. */
const DEADLINE_MS = 300_000;
/** A thread in the middle of all writes a word outside channels in at most this share of its operations. One that each writes has 1 and more. */
const MOST_TYPICAL = 0.75;
/** Misses of an operation on eight threads: about a third above what they were when this was written. */
const MOST_MISSES: Readonly<Record<string, number>> = { "stream pairs": 0.35, "fan-in": 7, spawn: 22, "spawn with values": 25, "spawn on the next": 10 };

function simulate(...args: string[]): Outcome[] {
  const { stdout, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, "--json", "--operations", "50", ...args], { encoding: "utf8", timeout: DEADLINE_MS, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NODE_OPTIONS: "" } });
  expect(stderr).toBe("");
  return stdout.trim().split("\n").map((line) => JSON.parse(line) as Outcome);
}

/** Words outside channels that a typical thread writes too often. */
function writtenByAll({ words }: Outcome): string[] {
  return words.filter(({ owner, typical }) => owner !== "channel" && typical > MOST_TYPICAL).map(({ name, typical }) => `${name}: ${typical}`);
}

describe("coherence traffic on eight threads", () => {
  let outcomes: readonly Outcome[];
  beforeAll(() => {
    outcomes = simulate("--threads", "8");
  }, DEADLINE_MS);

  test.each(Object.keys(MOST_MISSES))("%s: no word of the runtime is written by every operation of every thread", (name) => {
    const outcome = outcomes.find(({ workload }) => workload === name) as Outcome;
    expect(writtenByAll(outcome)).toEqual([]);
    expect(outcome.misses).toBeGreaterThan(0);
    expect(outcome.misses).toBeLessThan(MOST_MISSES[name]);
  });

  test("a pair on a channel of its own has no traffic with other pairs", () => {
    const { words } = outcomes[0];
    expect(words.filter(({ owner, writers }) => owner !== "channel" && writers > 1)).toEqual([]);
    expect(words.filter(({ owner, writers }) => owner === "channel" && writers > 2)).toEqual([]);
    expect(words.filter(({ owner, readMisses, transfers }) => owner !== "channel" && readMisses + transfers > 0.01)).toEqual([]);
  });
});

test("a counter that every task takes its id from is found", () => {
  const [outcome] = simulate("--threads", "8", "--only", "spawn on the next", "--seeded");
  expect(writtenByAll(outcome)).toEqual([expect.stringMatching(/^superblock\.taskIds: /)]);
});

test("where a task is placed costs about the same with more threads", { tags: ["deep"] }, () => {
  const [few, many] = simulate("--threads", "8,32", "--only", "spawn with values");
  expect(many.misses).toBeLessThan(2 * few.misses);
});

test("the same source and seed give the same figures", { tags: ["deep"] }, () => {
  const once = simulate("--threads", "4", "--only", "fan-in");
  expect(simulate("--threads", "4", "--only", "fan-in")).toEqual(once);
});
