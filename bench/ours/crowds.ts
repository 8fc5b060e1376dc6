/**
 * Programs of many tasks that the runtime places: what a number of threads beyond the
 * cores must not make slow. bench/threads.ts measures them on each number of threads.
 */
import { Mutex, Semaphore, chan, group, i32, spawn, task, type Chan, type Receiver, type Sender } from "../../src/index.ts";

/** Tasks that contend for the mutex. */
const MUTEX_TASKS = 8;
/** Levels of a tree: 255 nodes. */
const TREE_LEVELS = 8;
/** The colours of the chameneos of a game. */
const COLOURS = [0, 1, 2, 0, 1, 2, 0, 1];
/** Tasks that compute under a limit, and how many may compute at the same time. */
const LIMITED_TASKS = 64;
const LIMIT = 4;

/** Takes the lock `count` times and adds 1 to a sum that it guards. */
const addLocked = task(import.meta, async function addLocked(lock: Mutex, sum: Chan<number>, count: number): Promise<void> {
  for (let k = 0; k < count; k++) {
    using _guard = await lock.lock();
    sum.trySend(((await sum.recv()) as number) + 1);
  }
});

/** Tasks that take one mutex `count` times in all. */
export async function mutex(count: number): Promise<void> {
  using lock = new Mutex();
  const sum = chan(i32, 1);
  await sum.send(0);
  const share = Math.ceil(count / MUTEX_TASKS);
  await Promise.all(Array.from({ length: MUTEX_TASKS }, () => spawn(addLocked, lock, sum, share)));
  mustBe(await sum.recv(), share * MUTEX_TASKS);
  sum.close();
}

/** The nodes of a tree, each of which is a task that awaits its two children. */
const nodes = task(import.meta, async function nodes(levels: number): Promise<number> {
  if (levels === 1) return 1;
  const [left, right] = await Promise.all([spawn(nodes, levels - 1), spawn(nodes, levels - 1)]);
  return 1 + left + right;
});

/** `count` trees of tasks. */
export async function tree(count: number): Promise<void> {
  for (let left = count; left > 0; left--) mustBe(await spawn(nodes, TREE_LEVELS), 2 ** TREE_LEVELS - 1);
}

/** A chameneos asks for a partner and takes the colour that both then have, until the place is closed. Returns how many it met. */
const chameneos = task(import.meta, async function chameneos(place: Sender<number>, index: number, partner: Receiver<number>, own: number): Promise<number> {
  let colour = own;
  for (let met = 0; ; met++) {
    await place.send(index * 3 + colour);
    const other = await partner.recv();
    if (other === undefined || other < 0) return met;
    colour = other === colour ? colour : 3 - colour - other;
  }
});

/** `count` meetings of eight chameneos, at a place that is a task. */
export async function meetings(count: number): Promise<void> {
  const place = chan(i32);
  const doors = COLOURS.map(() => chan(i32));
  const guests = COLOURS.map((colour, index) => spawn(chameneos, place, index, doors[index] as Chan<number>, colour));
  for (let met = 0; met < count; met++) {
    const one = (await place.recv()) as number;
    const two = (await place.recv()) as number;
    await doors[Math.floor(one / 3)]?.send(two % 3);
    await doors[Math.floor(two / 3)]?.send(one % 3);
  }
  for (let left = COLOURS.length; left > 0; left--) {
    const guest = (await place.recv()) as number;
    await doors[Math.floor(guest / 3)]?.send(-1);
  }
  const all = await Promise.all(guests);
  mustBe(all.reduce((sum, met) => sum + met, 0), 2 * count);
}

/** Computes for `units` of some 30 µs, while it has a permit. */
const computeLimited = task(import.meta, async function computeLimited(permits: Semaphore, units: number): Promise<number> {
  using _permit = await permits.acquire();
  return compute(units);
});

/** As `computeLimited`, for the limit of another. */
const computeFreely = task(import.meta, async function computeFreely(units: number): Promise<number> {
  return compute(units);
});

function compute(units: number): number {
  let sum = 0;
  for (let k = 0; k < units * 10_000; k++) sum = (sum * 31 + k) | 0;
  return sum;
}

/** At least `count` units of computing, in tasks that take a permit inside. */
export async function permits(count: number): Promise<void> {
  using semaphore = new Semaphore(LIMIT);
  const units = Math.ceil(count / LIMITED_TASKS);
  await Promise.all(Array.from({ length: LIMITED_TASKS }, () => spawn(computeLimited, semaphore, units)));
}

/** As `permits`, by the limit of a group. */
export async function limited(count: number): Promise<void> {
  const units = Math.ceil(count / LIMITED_TASKS);
  await using tasks = group({ limit: LIMIT });
  await Promise.all(Array.from({ length: LIMITED_TASKS }, () => tasks.spawn(computeFreely, units)));
}

function mustBe(actual: number | undefined, expected: number): void {
  if (actual !== expected) throw new Error(`${actual} came where ${expected} was due`);
}
