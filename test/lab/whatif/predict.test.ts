/** Predictions from recordings: several are one, what cannot be predicted is refused in words, and the limit has a name. */
import { describe, expect, test } from "vitest";
import type { Trace } from "../../../src/index.ts";
import { NotPredictable, predict, type Foreseen } from "../../../src/lab/whatif/index.ts";
import { judged } from "../../../src/lab/whatif/result.ts";
import { shapeOf } from "../../../src/lab/whatif/merge.ts";
import { readRecording } from "../../../src/lab/whatif/read.ts";
import { channel, lock, traceOf, type Program } from "./one-thread.ts";

const MS = 1e6;
const fan = (costs: readonly number[], spawnNs = 0): Program => function* () {
  for (const ns of costs) {
    yield { run: spawnNs };
    yield { name: "part", spawn: function* () {
      yield { run: ns };
    } };
  }
  yield { join: true };
};
const equal = (count: number, ns: number): number[] => Array.from({ length: count }, () => ns);
const gainOn = (foreseen: Foreseen, processors: number): number => foreseen.predictions.find((each) => each.processors === processors)?.expected ?? Number.NaN;

describe("several recordings", () => {
  test("each piece counts with its shortest time: an interruption in another place of each recording vanishes", () => {
    const traces = [0, 1, 2].map((interrupted) => traceOf(fan(equal(7, 5 * MS).map((ns, k) => (k === interrupted ? 50 * MS : ns)))));
    const foreseen = predict(traces, { free: ["handoff"] });
    expect(foreseen).toMatchObject({ recordings: 3, alike: 3, workNs: 35 * MS, spanNs: 5 * MS });
    expect(gainOn(foreseen, 8)).toBeCloseTo(7, 5);
    expect(foreseen.checks.every(({ ok }) => ok)).toBe(true);
  });

  test("the shape that most have is used, and the others are mentioned", () => {
    const { alike, doubts } = predict([traceOf(fan([MS, MS])), traceOf(fan([MS, MS, MS])), traceOf(fan([MS, MS]))]);
    expect(alike).toBe(2);
    expect(doubts[0]).toBe("1 of 3 recordings did something else and were left out: what the program does depends on timing in part.");
  });

  test("shapes differ by names, operations and who got which value, and not by times", () => {
    const shape = (program: Program): string => shapeOf(readRecording(traceOf(program)).graph);
    expect(shape(fan([MS, 2 * MS]))).toBe(shape(fan([3 * MS, MS])));
    expect(shape(fan([MS, MS]))).not.toBe(shape(fan([MS])));
    const passing = (first: number): Program => function* () {
      const values = channel(0);
      for (const k of [0, 1]) yield { name: "taker", spawn: function* () {
        yield { run: k === first ? 0 : MS };
        yield { receive: values };
        if (k === 0) yield { run: MS };
      } };
      yield { run: MS };
      yield { send: values };
      yield { send: values };
      yield { join: true };
    };
    expect(shape(passing(0))).toBe(shape(passing(0)));
  });
});

describe("what cannot be predicted is refused, with what was found and what to do", () => {
  const whole = traceOf(fan([MS, MS]));
  const without = (kinds: readonly string[]): Trace => ({ ...whole, events: whole.events.filter(({ kind }) => !kinds.includes(kind)) });
  test.each([
    ["no recording", [], "recordings", "there is no recording. Record at least one run"],
    ["two threads", [{ ...whole, threads: 2 }], "recordings", "the recording is of 2 threads. Record on a runtime with one thread"],
    ["lost events", [{ ...whole, lost: [12_345, 0] }], "lost", "events were lost: at least 12,345 in each recording. Keep more events"],
    ["tasks that had not ended", [without(["end"])], "open", "3 tasks had not ended when the recording stopped"],
    ["nothing happened", [{ ...whole, events: [] }], "recordings", "the recording contains no task"],
    ["control flow that depends on timing", [traceOf(fan([MS])), traceOf(fan([MS, MS])), traceOf(fan([MS, MS, MS]))], "shapes", "no two of 3 recordings did the same: what the program does depends on timing"],
    ["tasks without identity", [{ ...whole, events: whole.events.map((event) => (event.kind === "start" && event.name === "part" ? { ...event, task: 0 } : event)) }], "unnamed", "2 tasks have no identity of their own"],
    ["time elsewhere", [{ ...whole, events: [...whole.events.slice(0, -1), { kind: "outside", thread: 0, timeNs: 2 * MS, busyNs: MS } as const, ...whole.events.slice(-1)] }], "elsewhere", "tasks spent 50 % of the time outside warren"],
  ] as const)("%s", (_what, traces, code, message) => {
    const error = (() => {
      try {
        return predict(traces);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(NotPredictable);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("receives that were withdrawn, so that an order cannot be derived", () => {
    const values = channel(0);
    const answers = channel(0);
    const trace = traceOf(function* () {
      yield { name: "asks", spawn: function* () {
        yield { send: values };
        yield { receive: answers };
      } };
      yield { receive: values };
      yield { send: answers };
      yield { join: true };
    });
    // As if `root` had first given up a receive of the answer: then its own send would answer that one.
    const start = trace.events.findIndex(({ kind }) => kind === "start");
    const use = { kind: "use", task: 1, thread: 0, timeNs: 0, use: "receive", of: answers.id, room: 0 } as const;
    const withdrawn = { ...trace, events: trace.events.toSpliced(start + 1, 0, use) };
    expect(() => predict([withdrawn])).toThrow("it cannot be derived which receive belongs to which send");
  });

  test.each([
    [{ processors: [] }, "numbers of cores must be integers from 1 to 1024, not none"],
    [{ processors: [0] }, "numbers of cores must be integers from 1 to 1024, not 0"],
    [{ faster: { part: 0 } }, "faster: part must be a number above 0, not 0"],
    [{ free: ["locks" as "lock"] }, 'free must be lock, handoff or gc, not "locks"'],
    [{ handOff: { awakeNs: -1, asleepNs: 0 } }, "handOff must be times of at least 0, not -1"],
    [{ seeds: 0 }, "seeds must be an integer of at least 1, not 0"],
  ])("%o", (options, message) => {
    expect(() => predict([whole], options)).toThrow(new RangeError(message));
  });
});

describe("the limit", () => {
  const limitOf = (program: Program, options = {}): string => predict([traceOf(program)], { free: ["handoff"], ...options }).limit.sentence;
  const half: Program = function* () {
    const one = lock();
    for (let k = 0; k < 31; k++) yield { name: "part", spawn: function* () {
      yield { run: 2 * MS };
      yield { lock: one };
      yield { run: 2 * MS };
      yield { unlock: one };
    } };
    yield { join: true };
  };
  const pipe: Program = function* () {
    const values = channel(4);
    yield { name: "slow", spawn: function* () {
      for (let k = 0; k < 50; k++) {
        yield { receive: values };
        yield { run: 3 * MS };
      }
    } };
    for (let k = 0; k < 50; k++) {
      yield { run: MS };
      yield { send: values };
    }
    yield { join: true };
  };
  const sleeps: Program = function* () {
    for (let k = 0; k < 8; k++) yield { name: "sleeper", spawn: function* () {
      yield { sleep: 50 * MS };
      yield { run: MS };
    } };
    yield { join: true };
  };
  test.each([
    ["a task that spawns", fan(equal(40, 5 * MS), MS), "More than 6 cores buy nothing: `root` itself runs for 40.0 ms to spawn 40 tasks."],
    ["a serial part", function* () {
      yield { run: 30 * MS };
      yield* fan(equal(15, 5 * MS))();
    } as Program, "More than 16 cores buy nothing: `root` itself runs for 30.0 ms of the 35.0 ms that the longest chain takes."],
    ["a lock", half, "More than 4 cores buy nothing: a lock is held for 62.0 ms in all, by one task at a time."],
    ["a slow stage", pipe, "More than 2 cores buy nothing: the values go through `slow`, which runs for 150 ms of the 151 ms that the longest chain takes."],
    ["waiting", sleeps, "More than 3 cores buy nothing: 50.0 ms of the 51.0 ms that the longest chain takes is waiting, which no core shortens."],
  ])("%s", (_what, program, sentence) => {
    expect(limitOf(program)).toBe(sentence);
  });

  test("no more cores were asked about", () => {
    expect(limitOf(fan(equal(7, MS)), { processors: [1, 3] })).toMatch(/^3 cores gain 2\.33: a task that has started stays on its thread, and 8 tasks of such lengths cannot keep 3 busy\.$/);
  });

  test("enough work for all cores, and hand-overs that cost more than they gain", () => {
    expect(limitOf(fan(equal(640, MS)), { processors: [1, 2, 4] })).toMatch(/^Up to 4 cores, each one more helps: the longest chain takes/);
    expect(limitOf(fan(equal(40, 20_000)), { free: [], processors: [2], handOff: { awakeNs: 1e6, asleepNs: 1e6 } })).toContain("to wake it on another core takes longer than what it then runs");
  });
});

describe("what if", () => {
  test("a task were twice as fast, no lock were held, hand-overs cost nothing", () => {
    const trace = traceOf(fan(equal(15, 10 * MS), 10 * MS));
    expect(predict([trace], { faster: { part: 2 } }).workNs).toBe(150 * MS + 75 * MS);
    expect(gainOn(predict([trace], { faster: { root: 1e9 }, free: ["handoff"] }), 16)).toBeCloseTo(15, 4);
    const [dear, free] = [undefined, ["handoff" as const]].map((its) => gainOn(predict([trace], { handOff: { awakeNs: 5e6, asleepNs: 5e6 }, ...(its === undefined ? {} : { free: its }) }), 16));
    expect(dear).toBeLessThan(free);
  });
});

describe("next to what was measured", () => {
  const foreseen = predict([traceOf(fan(equal(31, MS)))], { processors: [1, 2, 4, 8] });
  test("a gain within 10 % holds, and the predictions stay", () => {
    const { measured, gap, foreseen: left } = judged(foreseen, [{ processors: 2, gain: 0.95 * gainOn(foreseen, 2) }], 2, null);
    expect(measured).toMatchObject([{ processors: 2, holds: true }]);
    expect([gap, left?.predictions.length]).toEqual([null, 4]);
  });

  test("a gain that falls short: nothing above the cores is given, and the gap has a name", () => {
    const short = judged(foreseen, [{ processors: 2, gain: 1.4 }], 2, { computing: 1.95, memory: 1.4 });
    expect(short.foreseen?.predictions.map(({ processors }) => processors)).toEqual([1, 2]);
    expect(short.gap).toMatch(/^2 cores gain 1\.40 here, not 1\.\d\d: \d+ % are lost to memory or caches, which are not in the model\. Work that only reads memory gains 1\.40 on two threads here\. Nothing is said about more than 2 cores\.$/);
    expect(judged(foreseen, [{ processors: 2, gain: 1.1 }], 2, { computing: 1.2, memory: 1.1 }).gap).toContain("Other programs use the cores now, because two threads that only compute gain 1.20: so this says nothing about the program.");
  });
});
