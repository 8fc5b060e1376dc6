/** Tasks of the tests of objects under a name: declared at the top of the module, as programs do. */
import { Barrier, type Chan, Counter, Guarded, Mutex, Once, RwLock, Semaphore, WaitGroup, chan, context, i32, named, shared, sleep, task, utf8, yieldNow } from "../../../src/index.ts";

export const hits = named("hits", () => new Counter());

/** One of each kind. */
export const KINDS = {
  Mutex: named("kinds.Mutex", () => new Mutex()),
  RwLock: named("kinds.RwLock", () => new RwLock()),
  Semaphore: named("kinds.Semaphore", () => new Semaphore(3)),
  WaitGroup: named("kinds.WaitGroup", () => new WaitGroup()),
  Once: named("kinds.Once", () => new Once()),
  Barrier: named("kinds.Barrier", () => new Barrier(2)),
  Counter: named("kinds.Counter", () => new Counter(5)),
  Guarded: named("kinds.Guarded", () => new Guarded({ n: i32 }, { n: 1 })),
  chan: named("kinds.chan", () => chan(utf8, 4)),
  context: named("kinds.context", () => context()),
  array: named("kinds.array", () => shared.float64(4)),
} as const;

/** The object under a name here is the one that is passed. */
export const isSame = task(import.meta, async function isSame(kind: keyof typeof KINDS, object: object) {
  return KINDS[kind]() === object;
});

export const give = task(import.meta, async function give(kind: keyof typeof KINDS) {
  return KINDS[kind]() as object;
});

export const hit = task(import.meta, async function hit(times: number) {
  for (let k = 0; k < times; k++) {
    hits().add(1);
    if (k % 64 === 0) await yieldNow();
  }
});

/** Names that many threads ask for at the same time: each object counts the threads that got it. */
const races = Array.from({ length: 50 }, (_, k) => named(`race ${k}`, () => new Counter()));

export const race = task(import.meta, async function race(together: Barrier) {
  await together.wait();
  for (const counter of races) counter().add(1);
});

export const countsOfRaces = task(import.meta, async function countsOfRaces() {
  return races.map((counter) => counter().value);
});

/** Dies while it makes the object. */
const lastWords = named("last words", () => {
  void new Counter();
  process.exit();
});
const secondTry = named("last words", () => new Counter(7));

export const dieMaking = task(import.meta, async function dieMaking() {
  lastWords();
  await sleep(60_000);
});

export const makeAfterwards = task(import.meta, async function makeAfterwards() {
  return secondTry().value;
});

/** A loser's object is given up, with what is in it. */
const prefilled = named("prefilled", () => {
  const tokens = chan(utf8, 2);
  tokens.trySend("one");
  return tokens;
});

export const prefill = task(import.meta, async function prefill(together: Barrier): Promise<Chan<string>> {
  await together.wait();
  return prefilled();
});

const other = named("taken", () => new Mutex());

export const codeOfOther = task(import.meta, async function codeOfOther() {
  try {
    other();
    return "none";
  } catch (error) {
    return (error as { code: string }).code;
  }
});
