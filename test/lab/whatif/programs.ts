/** Programs whose gain is known in closed form, as recordings with given costs. Nanoseconds; large enough that a time slice does not matter. */
import { bell, channel, group, lock, traceOf, type Channel, type Program } from "./one-thread.ts";
import type { Trace } from "../../../src/index.ts";

const MS = 1e6;

/** A program, and how long it takes on so many processors. */
export interface Known {
  readonly name: string;
  readonly trace: Trace;
  readonly processors: readonly number[];
  readonly ns: (processors: number) => number;
  readonly span: number;
}

const runs = (ns: number): Program => function* () {
  yield { run: ns };
};

/** One task spawns `count` equal ones and joins them; before and after it computes itself. */
function forkJoin(count: number, each: number, before: number, after: number): Program {
  return function* () {
    yield { run: before };
    for (let k = 0; k < count; k++) yield { spawn: runs(each), name: "part" };
    yield { join: true };
    yield { run: after };
  };
}

function stage(from: Channel | null, to: Channel | null, count: number, ns: number): Program {
  return function* () {
    for (let k = 0; k < count; k++) {
      if (from !== null) yield { receive: from };
      yield { run: ns };
      if (to !== null) yield { send: to };
    }
    if (to !== null) yield { close: to };
    if (from !== null) yield { receive: from };
  };
}

/** Stages in a row, joined by channels. */
function pipe(costs: readonly number[], items: number, capacity: number): Program {
  return function* () {
    const links = costs.slice(1).map(() => channel(capacity));
    for (const [k, ns] of costs.entries()) yield { spawn: stage(links[k - 1] ?? null, links[k] ?? null, items, ns), name: `stage ${k}` };
    yield { join: true };
  };
}

/** `width` tasks, a power of two; at each level each computes and exchanges a value with its partner. */
function butterfly(width: number, ns: number): Program {
  const levels = Math.log2(width);
  return function* () {
    const links = Array.from({ length: levels }, () => Array.from({ length: width }, () => channel(1)));
    for (let k = 0; k < width; k++) {
      yield {
        name: "wing",
        spawn: function* () {
          for (let level = 0; level < levels; level++) {
            yield { run: ns };
            yield { send: links[level][k] };
            yield { receive: links[level][k ^ (1 << level)] };
          }
        },
      };
    }
    yield { join: true };
  };
}

const PRIMES = [2, 3, 5, 7, 11, 13];
const LAST = 40;

/** Filters for the first primes in a row, each number costs each filter that it reaches the same. */
function sieve(ns: number): Program {
  return function* () {
    const links = Array.from({ length: PRIMES.length + 1 }, () => channel(1000));
    yield { spawn: function* () {
      for (let n = 2; n <= LAST; n++) {
        yield { run: ns };
        yield { send: links[0] };
      }
    }, name: "generate" };
    for (const [k] of PRIMES.entries()) {
      yield { spawn: function* () {
        for (let n = 2; n <= LAST; n++) {
          if (PRIMES.slice(0, k).some((earlier) => n % earlier === 0)) continue;
          yield { receive: links[k] };
          yield { run: ns };
          if (n % PRIMES[k] !== 0) yield { send: links[k + 1] };
        }
      }, name: "filter" };
    }
    yield { join: true };
  };
}

/** When the last filter is done, on processors enough for all: the recurrence of a pipeline. */
function sieveSpan(ns: number): number {
  const free = Array.from({ length: PRIMES.length + 1 }, () => 0);
  for (let n = 2; n <= LAST; n++) {
    let at = (free[0] += ns);
    for (const [k, prime] of PRIMES.entries()) {
      at = free[k + 1] = Math.max(at, free[k + 1]) + ns;
      if (n % prime === 0) break;
    }
  }
  return Math.max(...free);
}

/** How many of `tasks` the busiest processor runs. The task that spawned them and waits counts as load where it waits, as warren counts it. */
const rounds = (tasks: number, p: number): number => (p === 1 ? tasks : Math.ceil((tasks + 1) / p));
const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
const PIPE = [6, 12, 6, 3].map((ms) => ms * MS);

export const KNOWN: readonly Known[] = [
  { name: "fan of 47 equal tasks", trace: traceOf(forkJoin(47, 5 * MS, 0, 0)), processors: [1, 2, 3, 4, 6, 8, 12, 16, 24, 48, 64], ns: (p) => rounds(47, p) * 5 * MS, span: 5 * MS },
  { name: "Amdahl, a fifth serial", trace: traceOf(forkJoin(31, 5 * MS, 30 * MS, 10 * MS)), processors: [1, 2, 4, 8, 16, 32, 64], ns: (p) => 40 * MS + rounds(31, p) * 5 * MS, span: 45 * MS },
  { name: "pipe of four stages", trace: traceOf(pipe(PIPE, 50, 4)), processors: [1, 4, 5, 64], ns: (p) => (p === 1 ? 50 * sum(PIPE) : sum(PIPE) + 49 * Math.max(...PIPE)), span: sum(PIPE) + 49 * 12 * MS },
  { name: "pipe with a fast source, held back by its buffers", trace: traceOf(pipe([MS, 10 * MS, MS], 40, 1)), processors: [3, 8], ns: () => 12 * MS + 39 * 10 * MS, span: 12 * MS + 39 * 10 * MS },
  {
    name: "a source that can do its own work only when its buffer has room",
    trace: traceOf(function* () {
      const values = channel(1);
      yield { name: "sink", spawn: stage(values, null, 40, 10 * MS) };
      yield { name: "source", spawn: function* () {
        for (let k = 0; k < 40; k++) yield { send: values };
        yield { close: values };
        yield { run: 100 * MS };
      } };
      yield { join: true };
    }),
    // Value 40 finds room when value 39 is taken, after 38 have been used up.
    processors: [2, 64],
    ns: () => 480 * MS,
    span: 480 * MS,
  },
  { name: "pipe without buffers", trace: traceOf(pipe([5 * MS, 5 * MS], 40, 0)), processors: [2, 8], ns: () => 41 * 5 * MS, span: 41 * 5 * MS },
  { name: "butterfly of 16", trace: traceOf(butterfly(16, 5 * MS)), processors: [1, 2, 4, 8, 17, 64], ns: (p) => 4 * Math.ceil(16 / p) * 5 * MS, span: 20 * MS },
  { name: "sieve", trace: traceOf(sieve(5 * MS)), processors: [7, 64], ns: () => sieveSpan(5 * MS), span: sieveSpan(5 * MS) },
  {
    name: "a lock that each of 8 tasks holds for a part",
    trace: traceOf(function* () {
      const one = lock();
      for (let k = 0; k < 8; k++) yield { name: "part", spawn: function* () {
        yield { run: 5 * MS };
        yield { lock: one };
        yield { run: 10 * MS };
        yield { unlock: one };
      } };
      yield { join: true };
    }),
    processors: [1, 8, 64],
    ns: (p) => (p === 1 ? 8 * 15 * MS : 85 * MS),
    span: 15 * MS,
  },
  {
    name: "a semaphore with two permits",
    trace: traceOf(function* () {
      const two = lock(2);
      for (let k = 0; k < 8; k++) yield { name: "part", spawn: function* () {
        yield { lock: two };
        yield { run: 10 * MS };
        yield { unlock: two };
      } };
      yield { join: true };
    }),
    processors: [1, 8, 64],
    ns: (p) => (p === 1 ? 80 * MS : 40 * MS),
    span: 10 * MS,
  },
  {
    name: "a group of waits: the slowest of unequal tasks decides, not the one that was last on one thread",
    trace: traceOf(function* () {
      const all = group(4);
      for (const ms of [40, 10, 10, 10]) yield { name: "part", spawn: function* () {
        yield { run: ms * MS };
        yield { done: all };
      } };
      yield { wait: all };
      yield { run: 5 * MS };
    }),
    processors: [1, 4, 64],
    ns: (p) => (p === 1 ? 75 * MS : 45 * MS),
    span: 45 * MS,
  },
  {
    name: "a wait that another task ends",
    trace: traceOf(function* () {
      const cancelled = bell();
      yield { name: "waits", spawn: function* () {
        yield { wakeOf: cancelled };
        yield { run: 40 * MS };
      } };
      yield { name: "wakes", spawn: function* () {
        yield { run: 20 * MS };
        yield { wake: cancelled };
        yield { run: 30 * MS };
      } };
      yield { join: true };
    }),
    processors: [1, 2, 64],
    ns: (p) => (p === 1 ? 90 * MS : 60 * MS),
    span: 60 * MS,
  },
  {
    name: "sleeping: no processor shortens it",
    trace: traceOf(function* () {
      for (let k = 0; k < 4; k++) yield { name: "sleeper", spawn: function* () {
        yield { run: MS };
        yield { sleep: 50 * MS };
        yield { run: MS };
      } };
      yield { join: true };
    }),
    processors: [4, 64],
    ns: () => 52 * MS,
    span: 52 * MS,
  },
];
