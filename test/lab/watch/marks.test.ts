// @module-tag deep
/** The marks of the programs: what a page draws. No assertion on how long anything took. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start, type Runtime } from "../../../src/index.ts";
import { CHOICES, usualChoice } from "../../../src/lab/watch/choices.ts";
import { watchedProgram } from "../../../src/lab/watch/programs/watched.ts";
import type { Outcome, WatchedProgram } from "../../../src/lab/watch/programs/program.ts";
import type { Choice, MarkLine, Stage } from "../../../src/lab/watch/protocol.ts";
import { firstPrimes, sendsUntil } from "../../../workers/sieve/primes.ts";
import { calibrate } from "../../../workers/gophers.ts";
import { countBooks } from "./ledger.ts";

const THREADS = 2;
const UNIT_MS = 2;

let runtime: Runtime;
let perMs = 0;
beforeAll(async () => {
  runtime = await start({ threads: THREADS });
  perMs = calibrate(1);
});
afterAll(() => runtime.stop());

function programOf(choice: Partial<Choice>): WatchedProgram {
  return watchedProgram({ ...usualChoice(THREADS), ...choice }, { unitMs: UNIT_MS, calibrate: (ms) => Math.round(perMs * ms) });
}

/** The marks of a run, and what it says itself. */
async function marksOf(program: WatchedProgram): Promise<{ readonly marks: readonly MarkLine[]; readonly outcome: Outcome }> {
  await program.prepare(runtime);
  await using tracing = await runtime.trace({ events: 262_144 });
  const outcome = await program.run(runtime);
  const { events, startNs } = await tracing.stop();
  return { outcome, marks: events.flatMap((event) => (event.kind === "mark" ? [[(event.timeNs - startNs) / 1e6, event.task, event.thread, event.name, event.n] as const] : [])) };
}

/** How often each mark of a name has each number. */
function counted(marks: readonly MarkLine[], name: string): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const [, , , its, n] of marks) if (its === name) counts[n] = (counts[n] ?? 0) + 1;
  return counts;
}

const sum = (counts: Record<number, number>): number => Object.values(counts).reduce((total, one) => total + one, 0);

describe("gophers", () => {
  const designs = CHOICES.designs.flatMap(({ id, takesCarts }) => (takesCarts ? [[id, null], [id, 1]] as const : [[id, null]] as const));

  test.each(designs)("%s with carts %s: every step ends, carts are in one gopher's hands, books are conserved at every moment", async (design, carts) => {
    for (const world of CHOICES.worlds) {
      const program = programOf({ design, world, carts });
      const stage = program.stage as Extract<Stage, { program: "gophers" }>;
      const { marks, outcome } = await marksOf(program);
      const { wrong, burnt, steps } = countBooks(stage, marks);
      expect(wrong).toEqual([]);
      expect(outcome.problems).toEqual([]);
      const books = stage.loads.reduce((total, loads) => total + loads, 0);
      expect(burnt.toSorted((a, b) => a - b)).toEqual(Array.from({ length: books }, (_, book) => book));
      expect(steps["load"]).toBe(books * stage.legs);
      expect(steps["carry"]).toBe(books * stage.legs);
      expect((steps["unload"] ?? 0) + (steps["burn"] ?? 0)).toBe(books * stage.legs);
      expect(Object.keys(counted(marks, "gopher")).map(Number)).toEqual(stage.gophers.map(({ n }) => n));
    }
  });
});

test("balance: what is asked is given, served, done and answered, and the heap has every worker in one place", async () => {
  const { stage, ...program } = programOf({ program: "balance" });
  const { marks, outcome } = await marksOf({ stage, ...program });
  expect(outcome.problems).toEqual([]);
  const asked = counted(marks, "ask");
  expect(counted(marks, "answered")).toEqual(asked);
  const given = counted(marks, "give");
  for (const name of ["serve", "served", "done"]) expect(counted(marks, name)).toEqual(given);
  expect(sum(given)).toBe(sum(asked));
  const { workers } = stage as Extract<Stage, { program: "balance" }>;
  const places = new Map<number, number>();
  for (const [, , , name, n] of marks) if (name === "seat") places.set(n % 1000, Math.floor(n / 1000));
  expect([...places.values()].toSorted()).toEqual(Array.from({ length: workers }, (_, place) => place));
});

test("replicas: of each query one answer counts, and every replica answers or is cancelled", async () => {
  const program = programOf({ program: "replicas" });
  const { replicas, queries } = program.stage as Extract<Stage, { program: "replicas" }>;
  const { marks, outcome } = await marksOf(program);
  expect(outcome.problems).toEqual([]);
  expect(counted(marks, "query")).toEqual(Object.fromEntries(Array.from({ length: queries }, (_, query) => [query, 1])));
  expect(sum(counted(marks, "first"))).toBe(queries);
  expect(counted(marks, "asked")).toEqual(Object.fromEntries(Array.from({ length: replicas }, (_, replica) => [replica, queries])));
  expect(sum(counted(marks, "answered")) + sum(counted(marks, "cancelled"))).toBe(replicas * queries);
  const answers = new Set<number>();
  for (const [, , , name, n] of marks) {
    if (name === "query") answers.clear();
    if (name === "answered") answers.add(n);
    if (name === "first") expect(answers).toContain(n);
  }
});

test("sieve: a number that is sent is taken, and then dropped or passed on", async () => {
  const program = programOf({ program: "sieve" });
  const { primes } = program.stage as Extract<Stage, { program: "sieve" }>;
  const { marks, outcome } = await marksOf(program);
  expect(outcome.problems).toEqual([]);
  const wanted = firstPrimes(primes);
  expect(marks.flatMap(([, , , name, n]) => (name === "prime" ? [n] : []))).toEqual(wanted);
  expect(Object.keys(counted(marks, "filter")).map(Number)).toEqual(wanted);
  const [send, take, pass, drop] = ["send", "take", "pass", "drop"].map((name) => sum(counted(marks, name))) as [number, number, number, number];
  expect(send).toBe((wanted.at(-1) as number) - 1);
  expect(send + pass).toBe(sendsUntil(wanted));
  expect(take).toBe(pass + drop);
  // what is neither taken by a filter nor dropped reaches the end of the chain: the primes
  expect(send + pass - take).toBe(primes);
});
