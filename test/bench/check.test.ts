import { describe, expect, test } from "vitest";
import { enter, isNeeded, mustsOf, openOf, printHeld } from "../../bench/check.ts";
import { made } from "./rounds/made.ts";

const subjectOf = (side: string, scenario: string, threads: number, form = ""): Parameters<typeof isNeeded>[1] => ({ side, scenario, threads, form });

describe("bench:check", () => {
  test("has one must for each number of threads", () => {
    expect(mustsOf("fan-in").map(({ subject }) => subject.threads)).toEqual([1, 2]);
    expect(mustsOf("nothing")).toEqual([]);
  });

  test("measures what its musts compare, and nothing else", () => {
    const held = mustsOf("stream-batch");
    const needed = [subjectOf("warren", "stream-batch", 1, "hot loop"), subjectOf("warren", "stream-batch", 2, "hot loop"), subjectOf("go", "stream", 2)];
    const others = [subjectOf("go", "stream", 1), subjectOf("go", "stream-batch", 2), subjectOf("warren", "stream", 2, "hot loop"), subjectOf("message-port", "stream", 2)];
    expect([needed, others].map((subjects) => subjects.map((subject) => isNeeded(held, subject)))).toEqual([[true, true, true], [false, false, false, false]]);
    expect(isNeeded(mustsOf("stream/await"), subjectOf("warren", "stream", 1, "hot loop"))).toBe(true);
    expect(isNeeded(mustsOf("ping-pong"), subjectOf("ts-chan", "ping-pong", 1))).toBe(true);
  });

  test("measures again what was missed, at most three times, and nothing that was reached or has no rival", () => {
    const [one, two, ...rest] = mustsOf("fan-in");
    expect(rest).toEqual([]);
    const held = mustsOf("fan-in");
    const figures = (own: number): ReturnType<typeof made>[] => [1, 2].flatMap((threads) => [made({ scenario: "fan-in", threads }, threads === 1 ? 100 : own), made({ scenario: "fan-in", side: "go", threads }, 60)]);
    enter(held, { figures: figures(101) });
    expect(openOf(held).map(({ subject }) => subject.threads)).toEqual([2]);
    enter(openOf(held), { figures: figures(102) });
    enter(openOf(held), { figures: figures(103) });
    expect([openOf(held), held.map(({ runs }) => runs)]).toEqual([[], [1, 3]]);
    expect(held.map(printHeld)).toEqual([
      "fan-in, warren, hot loop, 1 thread: 100 ns (100–100): must: 0.6 × as good as go: reached (0.600 ×, 0.600–0.600), in run 1 of 3",
      "fan-in, warren, hot loop, 2 threads: 103 ns (103–103): must: 0.6 × as good as go: MISSED (0.583 ×, 0.583–0.583), in run 3 of 3",
    ]);
    const alone = [one, two].flatMap((each) => (each === undefined ? [] : [each]));
    enter(alone, { figures: figures(1).filter(({ side }) => side === "warren") });
    expect([openOf(alone), alone.map(({ last }) => last?.met)]).toEqual([[], [null, null]]);
  });

  test("measures again what could not be measured", () => {
    const held = mustsOf("select");
    enter(held, { figures: [] });
    expect(openOf(held).length).toBe(2);
    expect(printHeld(held[0] as (typeof held)[0])).toBe("select, warren, hot loop, 1 thread: FAILED: it could not be measured, in run 1 of 3");
  });
});
