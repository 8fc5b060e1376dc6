/**
 * The explorer finds no error in the algorithms and each seeded defect, within
 * small bounds; `npm run verify:explore` goes further.
 *
 * A process of its own: it loads rewritten source through hooks of Node, which
 * the test runner has in its hands here.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { choicesOf, textOfChoices } from "../../verify/explorer/choices.ts";
import { MUTANTS } from "../../verify/explorer/mutants.ts";

const MAIN = fileURLToPath(new URL("../../verify/explorer/main.ts", import.meta.url));
/** Far more than it takes: ends what hangs. */
const DEADLINE_MS = 300_000;

interface Line {
  readonly kind: "scenario" | "mutant";
  readonly name: string;
  readonly bound: number;
  readonly isComplete: boolean;
  readonly ok: boolean;
  readonly error?: string;
  readonly choices?: string;
}

function explore(...args: string[]): { lines: Line[]; stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args], { encoding: "utf8", timeout: DEADLINE_MS, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NODE_OPTIONS: "" } });
  const lines = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line);
  return { lines, stdout, stderr, status };
}

/** Scenarios and seeded defects of the quick set: one of each kind that takes well under a second. */
const QUICK = ["chan.array 1P1C cap1", "sleep: a round trip", "select of two receives cap0", "death of a ringer", "ring-before-publish", "close-wakes-one"];

test("a few scenarios hold, and a few seeded defects are found", () => {
  const { lines, stderr } = explore("--quick", "--json", ...QUICK.flatMap((name) => ["--only", name]));
  expect(stderr).toBe("");
  expect(lines.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["scenario", "mutant"]));
  expect(lines.length).toBeGreaterThanOrEqual(QUICK.length);
  expect(lines.filter(({ ok }) => !ok)).toEqual([]);
});

describe("all of them", { tags: ["deep"] }, () => {
  let outcome: ReturnType<typeof explore>;
  beforeAll(() => {
    outcome = explore("--quick", "--json");
  }, DEADLINE_MS);

  test("no scenario fails, and each is explored completely within its bound", () => {
    const scenarios = outcome.lines.filter(({ kind }) => kind === "scenario");
    expect(outcome.stderr).toBe("");
    expect(scenarios.length).toBeGreaterThan(20);
    expect(scenarios.filter(({ ok, isComplete }) => !ok || !isComplete)).toEqual([]);
  });

  describe("every seeded defect is found", () => {
    test.each(MUTANTS.map(({ name }) => name))("%s", (name) => {
      expect(outcome.lines).toContainEqual(expect.objectContaining({ kind: "mutant", name, ok: true }));
    });
  });

  test("a schedule that failed fails again, and is printed step by step", () => {
    const mutant = MUTANTS[0];
    const found = outcome.lines.find(({ name }) => name === mutant.name) as Line;
    const again = explore("--mutant", mutant.name, "--only", mutant.scenario, "--bound", String(found.bound), "--replay", String(found.choices));
    expect(again.stdout).toContain(String(found.error));
    expect(again.stdout).toMatch(/^ +1 T0 \S+:\d+ \w+: /m);
  });
});

test("choices as text and back", () => {
  for (const choices of [[], [1], [0, 0, 2], [1, 1, 1, 0, 3]]) expect(choicesOf(textOfChoices(choices)).join().replace(/^0$/, "")).toBe(choices.join());
});
