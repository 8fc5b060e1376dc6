/** Types of the shared objects: checked by `tsc`, never run. */
import { Barrier, Counter, type Guard, Guarded, Mutex, Once, RwLock, type Runtime, Semaphore, SharedMap, type SyncConstructors, WaitGroup, bool, f64, i32, i64, named, spawn, struct, task, utf8 } from "../../src/index.ts";
import { type Equal, expectType } from "./equal.ts";

// Waiting operations return at once or a promise.
const mutex = new Mutex();
expectType<Equal<typeof mutex, Mutex>>(true);
expectType<Equal<ReturnType<typeof mutex.lock>, Guard | Promise<Guard>>>(true);
expectType<Equal<ReturnType<typeof mutex.tryLock>, Guard | undefined>>(true);
using guard = await mutex.lock({ signal: AbortSignal.timeout(1) });
expectType<Equal<typeof guard.ownerDied, boolean>>(true);

using lock = new RwLock();
expectType<Equal<ReturnType<typeof lock.readLock>, ReturnType<typeof lock.writeLock>>>(true);

const semaphore = new Semaphore(3);
using permits = await semaphore.acquire(2);
using none = semaphore.tryAcquire();
void [permits, none];
expectType<Equal<typeof semaphore.available, number>>(true);
// @ts-expect-error -- a semaphore needs its permits
void new Semaphore();
// @ts-expect-error -- permits are read-only
semaphore.available = 3;

const group = new WaitGroup();
expectType<Equal<ReturnType<typeof group.wait>, void | Promise<void>>>(true);
expectType<Equal<ReturnType<typeof group.add>, void>>(true);

const once = new Once();
expectType<Equal<ReturnType<typeof once.do>, void | Promise<void>>>(true);
// @ts-expect-error -- it runs a function
void once.do(1);

const barrier = new Barrier(2);
expectType<Equal<ReturnType<typeof barrier.wait>, number | Promise<number>>>(true);
// @ts-expect-error -- a barrier needs its parties
void new Barrier();

const counter = new Counter();
expectType<Equal<ReturnType<typeof counter.add>, number>>(true);
expectType<Equal<Parameters<typeof counter.until>[0], number>>(true);
// @ts-expect-error -- numbers, not bigints
counter.add(1n);

// They are arguments and results as they are.
const work = task(import.meta, async function work(shared: Mutex, done: WaitGroup) {
  using _guard = await shared.lock();
  done.done();
  return shared;
});
const back = await spawn(work, mutex, group);
expectType<Equal<typeof back, Mutex>>(true);
// @ts-expect-error -- one kind is no other
void spawn(work, lock, group);

// A runtime has the same constructors, and `instanceof` narrows.
declare const rt: Runtime;
expectType<Equal<typeof rt.Mutex, SyncConstructors["Mutex"]>>(true);
expectType<Equal<typeof Mutex, typeof rt.Mutex>>(true);
const some: unknown = new rt.Counter(2 ** 40);
if (some instanceof Counter) expectType<Equal<typeof some.value, number>>(true);

// The fields of a Guarded have the types of their wire types.
using account = new Guarded({ balance: i64, open: bool, rate: f64 }, { balance: 0n, open: true, rate: 0 });
expectType<Equal<typeof account, Guarded<{ balance: bigint; open: boolean; rate: number }>>>(true);
using state = await account.lock();
state.fields.balance += 10n;
// @ts-expect-error -- a bigint
state.fields.balance = 1;
// @ts-expect-error -- a field has a fixed size
void new Guarded({ name: utf8 }, { name: "" });
// @ts-expect-error -- a first value is missing
void new Guarded({ n: i32, m: i32 }, { n: 1 });

// A map has the types of its keys and values, also under a name.
const pages = named("pages", () => new SharedMap(utf8, struct({ words: i32 }), { max: 10 }));
expectType<Equal<ReturnType<typeof pages>, SharedMap<string, { words: number }>>>(true);
expectType<Equal<ReturnType<ReturnType<typeof pages>["get"]>, { words: number } | undefined>>(true);
const loaded = pages().load("a", async (key) => ({ words: key.length }));
expectType<Equal<typeof loaded, { words: number } | Promise<{ words: number }>>>(true);
// @ts-expect-error -- a map is bounded
void new SharedMap(utf8, i32);
// @ts-expect-error -- keys are strings
pages().get(1);
