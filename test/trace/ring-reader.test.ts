/** A ring read while it is written: each event once or lost, in order, none torn, nothing late. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { TRACE, traceRing } from "../../src/trace/words.ts";
import { Names } from "../../src/memory/names.ts";
import type { TraceEvent } from "../../src/index.ts";
import { TraceRing, closeRing, makeRing, readRing } from "../../src/trace/ring.ts";
import { RingReader } from "../../src/trace/ring-reader.ts";

let arena: Arena;
beforeEach(() => {
  arena = Arena.create(2, 16_777_216);
});

interface Written {
  readonly at: number;
  readonly ring: TraceRing;
  readonly reader: RingReader;
  /** Records an event; the k-th has number k as its task. */
  record(how?: "now" | "same" | "at" | "aside"): void;
  recorded(): number;
}

function written(capacity: number, showsOrder = true): Written {
  const at = makeRing(arena, capacity);
  const ring = new TraceRing(arena, at);
  const reader = new RingReader(arena, at, 0, new Names(arena), showsOrder);
  // It began long ago: earlier events would not be of the trace.
  arena.f64[(at + traceRing.began) >>> 1] = ring.nowNs - 1e9;
  let count = 0;
  /** After the last event, and perhaps before the floor. */
  let lastMs = performance.now();
  const record = (how = "now"): void => {
    const k = count++;
    if (how === "now") ring.record(TRACE.choice, k, 2 * k, 0);
    if (how === "same") ring.recordSame(TRACE.choice, k, 2 * k, 0);
    if (how === "at") ring.recordAt(lastMs, TRACE.turn);
    if (how === "aside") ring.recordAside(ring.nowNs - 1e6, TRACE.gc, 1, k);
    lastMs = performance.now();
  };
  return { at, ring, reader, record, recorded: () => count };
}

/** One reading, with a floor of now. Returns what it gives. */
function read({ ring, reader }: Written, floorNs = ring.nowNs): TraceEvent[] {
  reader.raise(floorNs);
  reader.look();
  reader.take();
  return reader.give(reader.boundNs);
}

const numbers = (events: readonly TraceEvent[]): number[] => events.flatMap((event) => (event.kind === "choice" ? [event.task] : []));

describe("each event is given once, or lost", () => {
  test.each([1, 2, 3, 64].flatMap((capacity) => [0, 1, capacity - 1, capacity, capacity + 1, 3 * capacity + 1].map((count) => [capacity, count])))("%i slots, %i events between two readings", (capacity, count) => {
    const its = written(capacity);
    for (let round = 0, next = 0; round < 3; round++, next += count) {
      for (let k = 0; k < count; k++) its.record();
      const given = numbers(read(its));
      const lost = Math.max(0, count - capacity);
      expect(given).toEqual(Array.from({ length: count - lost }, (_, k) => next + lost + k));
      expect(its.reader.lost).toBe((round + 1) * lost);
    }
  });

  test("events of every kind of time, readings in between, and the end: given and lost are all, in order, and none is late", () => {
    const step = fc.oneof(fc.constantFrom("now", "same", "at", "aside").map((how) => ({ how }) as const), fc.constantFrom("raise", "look", "take").map((how) => ({ how }) as const));
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
      const its = written(capacity);
      const given: TraceEvent[] = [];
      let untilNs = 0;
      const give = (events: readonly TraceEvent[]): void => {
        for (const event of events) if (event.kind !== "gc") expect(event.timeNs).toBeGreaterThanOrEqual(untilNs);
        given.push(...events);
      };
      for (const { how } of steps) {
        if (how === "raise") its.reader.raise(its.ring.nowNs);
        else if (how === "look") its.reader.look();
        else if (how === "take") {
          its.reader.take();
          give(its.reader.give(its.reader.boundNs));
          untilNs = its.reader.boundNs;
        } else its.record(how);
      }
      const endNs = its.ring.nowNs + 1e6;
      closeRing(arena, its.at);
      const content = readRing(arena, its.at, true);
      give(its.reader.finish(content, endNs));
      expect(given.length + its.reader.lost).toBe(its.recorded());
      const told = given.filter(({ kind }) => kind !== "gc").map(({ timeNs }) => timeNs);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      expect(numbers(given)).toEqual([...new Set(numbers(given))].toSorted((a, b) => a - b));
      arena.free(its.at);
    }));
  });
});

describe("the thread goes on while its events are copied", () => {
  /** Calls `during` when the reader has copied the first slots, or is about to. */
  function whileCopying({ reader }: Written, when: "before" | "after", during: () => void): void {
    const { i32 } = arena;
    const slice = i32.slice.bind(i32);
    Object.defineProperty(i32, "slice", {
      configurable: true,
      value: (from: number, to: number) => {
        Reflect.deleteProperty(i32, "slice");
        if (when === "before") during();
        const copy = slice(from, to);
        if (when === "after") during();
        return copy;
      },
    });
    reader.take();
  }

  test.each((["before", "after"] as const).flatMap((when) => [1, 3, 8, 9, 40].map((more) => [when, more] as const)))("%s a copy %i events: what they overwrite is lost, not torn", (when, more) => {
    const its = written(8);
    for (let k = 0; k < 8; k++) its.record();
    its.reader.raise(its.ring.nowNs);
    its.reader.look();
    whileCopying(its, when, () => {
      for (let k = 0; k < more; k++) its.record();
    });
    const first = numbers(its.reader.give(Infinity));
    expect(first).toEqual([0, 1, 2, 3, 4, 5, 6, 7].slice(more));
    expect(its.reader.lost).toBe(Math.min(8, more));
    const second = numbers(read(its));
    expect(second).toEqual(Array.from({ length: Math.min(8, more) }, (_, k) => 8 + more - Math.min(8, more) + k));
    expect(first.length + second.length + its.reader.lost).toBe(its.recorded());
  });

  test("the slot that is being written is left out", () => {
    const its = written(4);
    for (let k = 0; k < 4; k++) its.record();
    arena.i32[its.at + traceRing.writing] = 1;
    expect(numbers(read(its))).toEqual([1, 2]); // the third has the bound's time: another event can still get that
    expect(its.reader.lost).toBe(1);
    arena.i32[its.at + traceRing.writing] = 0;
    expect(numbers(read(its))).toEqual([3]);
  });

  test("on a machine that shows stores out of order, more", () => {
    const its = written(100, false);
    for (let k = 0; k < 100; k++) its.record();
    expect(numbers(read(its))).toEqual(Array.from({ length: 36 }, (_, k) => 64 + k));
    expect(its.reader.lost).toBe(64);
  });
});

describe("until when everything is given", () => {
  test("of a thread that does nothing, the floor; a later event is not earlier, whatever its time", () => {
    const its = written(16);
    its.record();
    read(its);
    const floorNs = its.ring.nowNs;
    expect(numbers(read(its, floorNs))).toEqual([]);
    expect(its.reader.boundNs).toBe(floorNs);
    its.record("at");
    its.record("same");
    its.record("now");
    const times = read(its).map(({ timeNs }) => timeNs);
    expect(times).toHaveLength(3);
    expect(times.slice(0, 2)).toEqual([floorNs, floorNs]);
    expect(times[2]).toBeGreaterThanOrEqual(floorNs);
  });

  test("of a thread that is writing, the time of its newest event", () => {
    const its = written(16);
    its.record();
    const newestNs = its.ring.newestNs;
    arena.i32[its.at + traceRing.writing] = 1;
    expect(read(its)).toEqual([]);
    expect(its.reader.boundNs).toBe(newestNs);
    // Its thread dies, and the next one begins.
    const next = new TraceRing(arena, its.at);
    const floorNs = next.nowNs;
    expect(numbers(read(its, floorNs))).toEqual([0]);
    expect(its.reader.boundNs).toBe(floorNs);
  });

  test("what is told aside comes late, with its time", () => {
    const its = written(16);
    read(its);
    its.record("aside");
    const [gc] = read(its);
    expect(gc.kind).toBe("gc");
    expect(its.ring.nowNs - gc.timeNs).toBeGreaterThan(1e6);
  });

  test("what is held because another thread is behind goes when that has come on", () => {
    const its = written(4);
    const given: TraceEvent[] = [];
    for (let round = 0; round < 20; round++) {
      const floorNs = its.ring.nowNs;
      for (let k = 0; k < 4; k++) its.record();
      its.reader.raise(floorNs);
      its.reader.look();
      its.reader.take();
      given.push(...its.reader.give(floorNs));
    }
    expect(its.reader.lost).toBe(0);
    expect(numbers(given)).toEqual(Array.from({ length: 76 }, (_, k) => k));
  });

  test("what is held is bounded: a thread stopped while it writes, and another one that goes on, cannot make it grow", () => {
    const its = written(4);
    for (let round = 0; round < 50; round++) {
      for (let k = 0; k < 3; k++) its.record();
      its.reader.look();
      its.reader.take();
    }
    const held = its.reader.give(Infinity);
    expect(held.length).toBeLessThan(12);
    const content = readRing(arena, its.at, true);
    expect(held.length + its.reader.finish(content, Infinity).length + its.reader.lost).toBe(150);
  });
});
