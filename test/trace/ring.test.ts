/** The ring of trace events: what stays, what is lost, the clock, and that recording makes no object. */
import { getHeapStatistics } from "node:v8";
import { beforeEach, describe, expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { TRACE } from "../../src/trace/words.ts";
import { type RawEvent, TraceRing, closeRing, makeRing, readRing } from "../../src/trace/ring.ts";

let arena: Arena;
beforeEach(() => {
  arena = Arena.create(2, 16_777_216);
});

const hrtimeNs = (): number => Number(process.hrtime.bigint());
const tasks = (events: readonly RawEvent[]): number[] => events.map(({ task }) => task);

/** A closed ring of `capacity` events into which `count` were recorded, numbered as their tasks. */
function filled(capacity: number, count: number): number {
  const at = makeRing(arena, capacity);
  const ring = new TraceRing(arena, at);
  for (let task = 0; task < count; task++) ring.record(TRACE.spawn, task, 2 * task, -task);
  closeRing(arena, at);
  return at;
}

describe("the newest stay, and the rest is counted", () => {
  test.each([1, 2, 3, 64].flatMap((capacity) => [0, 1, capacity - 1, capacity, capacity + 1, 2 * capacity, 7 * capacity + 3].map((count) => [capacity, count])))("%i slots, %i events", (capacity, count) => {
    const { events, lost } = readRing(arena, filled(capacity, count), true);
    expect(lost).toBe(Math.max(0, count - capacity));
    expect(tasks(events)).toEqual(Array.from({ length: count - lost }, (_, k) => lost + k));
    for (const { kind, task, a, b } of events) expect([kind, a + 0, b + 0]).toEqual([TRACE.spawn, 2 * task, 0 - task]);
  });

  test("of a thread that may still write one event, the oldest is left out where that could be its place", () => {
    expect(tasks(readRing(arena, filled(4, 3), false).events)).toEqual([0, 1, 2]);
    expect(readRing(arena, filled(4, 4), false)).toMatchObject({ lost: 1, events: [{ task: 1 }, { task: 2 }, { task: 3 }] });
    expect(readRing(arena, filled(1, 5), false)).toMatchObject({ lost: 5, events: [] });
  });

  test("a second writer goes on where the first stopped", () => {
    const at = makeRing(arena, 4);
    for (let writer = 0; writer < 3; writer++) {
      const ring = new TraceRing(arena, at);
      for (let k = 0; k < 3; k++) ring.record(TRACE.end, 3 * writer + k, 0, 0);
    }
    expect(tasks(readRing(arena, at, true).events)).toEqual([5, 6, 7, 8]);
  });
});

describe("when it takes events", () => {
  test("once it is closed, only what happened before; once it is read, nothing", () => {
    const at = makeRing(arena, 16);
    const ring = new TraceRing(arena, at);
    ring.record(TRACE.turn, 1, 0, 0);
    closeRing(arena, at);
    ring.record(TRACE.turn, 2, 0, 0);
    ring.recordSame(TRACE.turn, 3, 0, 0);
    ring.recordAt(performance.now(), TRACE.turn);
    ring.recordWith(TRACE.foreign, 4, 1);
    ring.recordAside(5, TRACE.gc, 6, 7.5);
    expect(readRing(arena, at, true).events).toMatchObject([{ task: 1 }, { task: 6, timeNs: 5, ns: 7.5 }]);
    ring.recordAside(5, TRACE.gc, 7, 0);
    expect(readRing(arena, at, true).events).toHaveLength(2);
  });

  test("a double as operand, and what is told aside is not the last event", () => {
    const at = makeRing(arena, 16);
    const ring = new TraceRing(arena, at);
    ring.recordWith(TRACE.foreign, 1, 1234567890123.25);
    expect(ring.isIdle).toBe(false);
    ring.recordSame(TRACE.idle, 0, 0, 0);
    ring.recordAside(1, TRACE.gc, 4, 0.5);
    expect(ring.isIdle).toBe(true);
    const [foreign, idle, gc] = readRing(arena, at, true).events;
    expect(foreign.ns).toBe(1234567890123.25);
    expect(ring.newestNs).toBe(idle.timeNs);
    expect([idle.timeNs, gc.timeNs]).toEqual([foreign.timeNs, 1]);
  });

  test.each([1, 2, 3])("%i slots: the last event is not forgotten when what is told aside takes its slot", (capacity) => {
    const at = makeRing(arena, capacity);
    const ring = new TraceRing(arena, at);
    ring.record(TRACE.idle, 0, 0, 0);
    const { newestNs } = ring;
    for (let k = 0; k < 2 * capacity; k++) {
      ring.recordAside(k, TRACE.gc, 4, 0.5);
      expect(ring.newestNs).toBe(newestNs);
      expect(ring.isIdle).toBe(true);
    }
    ring.recordSame(TRACE.turn, 0, 0, 0);
    expect(readRing(arena, at, true).events.at(-1)).toMatchObject({ kind: TRACE.turn, timeNs: newestNs });
  });

  test("a ring that nobody has taken has not begun", () => {
    expect(readRing(arena, makeRing(arena, 3), true)).toEqual({ events: [], lost: 0, beganNs: 0 });
  });

  test("the arena has its memory back", () => {
    const before = arena.use().used;
    const rings = [makeRing(arena, 1), makeRing(arena, 100_000)];
    expect(arena.use().used).toBeGreaterThan(before + 2_400_000);
    for (const ring of rings) arena.free(ring);
    expect(arena.use().used).toBe(before);
  });

  test("there is no room", () => {
    const before = arena.use().used;
    for (const capacity of [1e6, 1e9, 2 ** 53]) expect(() => makeRing(arena, capacity)).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    expect(arena.use().used).toBe(before);
  });
});

describe("the clock", () => {
  test("times are those of process.hrtime, and do not decrease", () => {
    const at = makeRing(arena, 1000);
    const fromNs = hrtimeNs();
    const ring = new TraceRing(arena, at);
    for (let k = 0; k < 500; k++) {
      ring.record(TRACE.turn, 0, 0, 0);
      ring.recordSame(TRACE.idle, 0, 0, 0);
    }
    const { events, beganNs } = readRing(arena, at, true);
    const toNs = hrtimeNs();
    const times = [beganNs, ...events.map(({ timeNs }) => timeNs)];
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    // What lies between the two clocks is known to a part of a microsecond, on a calm machine.
    expect(times[0]).toBeGreaterThan(fromNs - 10_000);
    expect(times.at(-1)).toBeLessThan(toNs + 10_000);
    expect(ring.nsOf(performance.now())).toBeGreaterThan(toNs - 10_000);
  });
});

test("recording makes no object", () => {
  const at = makeRing(arena, 1024);
  const ring = new TraceRing(arena, at);
  const COUNT = 300_000;
  const grown = (): number => {
    const before = getHeapStatistics().used_heap_size;
    for (let k = 0; k < COUNT / 3; k++) {
      ring.record(TRACE.wake, k, 2, 3);
      ring.recordSame(TRACE.ready, k, 2, 3);
      ring.recordWith(TRACE.foreign, k, 0.5 + k);
    }
    return getHeapStatistics().used_heap_size - before;
  };
  // Until it is compiled the clock's reading is an object. Were one made for each event, it would be megabytes in every round.
  let least = Infinity;
  for (let round = 0; round < 100 && least > COUNT / 4; round++) least = Math.min(least, Math.abs(grown()));
  expect(least).toBeLessThanOrEqual(COUNT / 4);
});
