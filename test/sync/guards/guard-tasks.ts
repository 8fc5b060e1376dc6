/** Tasks that get a guard, or pass one on. */
import { type Counter, type Guard, type Mutex, type RwLock, type Semaphore, type SharedArray, go, group, spawn, task, yieldNow } from "../../../src/index.ts";

export type Lock = Mutex | RwLock | Semaphore;
/** How a guard is taken: of a semaphore so many permits. */
export type How = "mutex" | "read" | "write" | "permits";

export async function take(how: How, lock: Lock): Promise<Guard> {
  if (how === "mutex") return (lock as Mutex).lock();
  if (how === "permits") return (lock as Semaphore).acquire(2);
  return how === "read" ? (lock as RwLock).readLock() : (lock as RwLock).writeLock();
}

/** Whether a task that comes now would have to wait; takes nothing. */
export function isTaken(how: How, lock: Lock): boolean {
  const guard = how === "mutex" ? (lock as Mutex).tryLock() : how === "permits" ? (lock as Semaphore).tryAcquire(2) : (lock as RwLock).tryWriteLock();
  guard?.unlock();
  return guard === undefined;
}

/** Has the guard until the end of the task; what it saw. */
export const useGuard = task(import.meta, async function useGuard(how: How, lock: Lock, guard: Guard) {
  using _held = guard;
  const before = isTaken(how, lock);
  await yieldNow();
  return { before, after: isTaken(how, lock), ownerDied: guard.ownerDied };
});

/** Says that it has begun, waits for a sign, then unlocks. */
const holdGuard = task(import.meta, async function holdGuard(guard: Guard, begun: Counter, goOn: Counter) {
  using _held = guard;
  begun.add(1);
  await goOn.until(1);
});

/** Takes a lock here and passes it to a task on `place`; then tries to use its own guard. */
export const passFrom = task(import.meta, async function passFrom(how: How, lock: Lock, place: number | "closure") {
  using guard = await take(how, lock);
  const seen = place === "closure" ? await spawn(async (mine: Guard) => useGuard(how, lock, mine), guard) : await spawn.on(place)(useGuard, how, lock, guard);
  let code: unknown;
  try {
    guard.unlock();
  } catch (error) {
    code = (error as { code: string }).code;
  }
  return { ...seen, code };
});

/** Go's pattern: a permit for each task before it starts; the most that ran at a time. */
export const manyWithPermits = task(import.meta, async function manyWithPermits(doors: Semaphore, inside: SharedArray<"i32">, count: number) {
  const done: Promise<void>[] = [];
  for (let k = 0; k < count; k++) done.push(spawn(visit, await doors.acquire(), inside));
  await Promise.all(done);
  return inside.array[1];
});

const visit = task(import.meta, async function visit(guard: Guard, inside: SharedArray<"i32">) {
  using _held = guard;
  const now = Atomics.add(inside.array, 0, 1) + 1;
  for (let most = Atomics.load(inside.array, 1); now > most; most = Atomics.load(inside.array, 1)) Atomics.compareExchange(inside.array, 1, most, now);
  await yieldNow();
  Atomics.sub(inside.array, 0, 1);
});

/** As above in a group with a limit, where starts wait. */
export const manyInGroup = task(import.meta, async function manyInGroup(doors: Semaphore, inside: SharedArray<"i32">, count: number) {
  await using tasks = group({ limit: 2 });
  for (let k = 0; k < count; k++) {
    using guard = await doors.acquire();
    const started = tasks.go(visit, guard, inside);
    if (k % 3 === 0) await started;
  }
  await tasks.wait();
  return inside.array[1];
});

/** Computes without a turn until the flag is set: nothing else starts on its thread. */
export const blockThread = task(import.meta, function blockThread(flag: SharedArray<"i32">) {
  Atomics.store(flag.array, 0, 1);
  while (Atomics.load(flag.array, 1) === 0);
});

/** Ends its thread while it has the guard. */
export const dieWith = task(import.meta, async function dieWith(_guard: Guard) {
  process.exit(0);
});

/** Passes its lock to a task on another thread that has not got to it yet, and ends its own thread. */
export const passAndDie = task(import.meta, async function passAndDie(lock: Lock, how: How, place: number, begun: Counter, goOn: Counter) {
  const guard = await take(how, lock);
  go.on(place)(holdGuard, guard, begun, goOn);
  process.exit(0);
});

/** Returns a guard, which stays here. */
export const returnGuard = task(import.meta, async function returnGuard(lock: Mutex) {
  const guard = await lock.lock();
  setTimeout(() => guard[Symbol.dispose](), 1);
  return guard as unknown;
});

/** Whether a thread may end now: each `add` to `deaths` allows one. */
function mayDie(deaths: Counter): boolean {
  if (deaths.value <= 0) return false;
  if (deaths.add(-1) >= 0) return true;
  deaths.add(1);
  return false;
}

/** Passes permits to tasks all the time, some of which end their thread, until its own thread ends or the sign comes. */
export const passForever = task(import.meta, async function passForever(doors: Semaphore, lock: Mutex, stop: Counter, deaths: Counter, seed: number) {
  let state = seed;
  const draw = (below: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) % below;
  for (let k = 0; stop.value === 0; k++) {
    const permit = await doors.acquire(1 + draw(2));
    const fate = draw(100);
    const started = spawn(liveOrDie, permit, fate === 0 ? deaths : undefined).catch(() => undefined);
    if (fate < 50) {
      const held = await lock.lock();
      const other = spawn(liveOrDie, held, fate === 1 ? deaths : undefined).catch(() => undefined);
      if (fate === 2 && mayDie(deaths)) process.exit(0);
      await other;
    }
    if (fate % 3 === 0) await started;
    else await yieldNow();
  }
});

const liveOrDie = task(import.meta, async function liveOrDie(guard: Guard, deaths: Counter | undefined) {
  using _held = guard;
  if (deaths !== undefined && mayDie(deaths)) process.exit(0);
  await yieldNow();
});
