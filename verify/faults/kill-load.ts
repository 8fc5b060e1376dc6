/**
 * Kills threads at random times under load: `node verify/faults/kill-load.ts kills
 * seed threads`. Prints its figures as one line of JSON; never ends if something
 * hangs, so whoever starts it sets a deadline.
 */
import { type Chan, WarrenError, i32, start } from "../../src/index.ts";
import { CELL, SENT, answer, consume, consumeAny, countUnderLock, produce, spawnOthers } from "./kill-tasks.ts";
import { Jitter } from "../stress/jitter.ts";

export interface KillFigures {
  readonly sent: number;
  readonly received: number;
  /** Sent, and received by a task that died before it had written that down. */
  readonly lost: number;
  /** Receiving tasks that died: each may have had one value in its hands. */
  readonly deadReceivers: number;
  readonly duplicates: number;
  /** Received and never sent. */
  readonly invented: number;
  /** Tasks that died with their threads, and reported it. */
  readonly deadTasks: number;
  readonly locked: number;
  /** How far the plain count under the lock is from the atomic one; and lock holders that died. */
  readonly lockDifference: number;
  readonly deadLockers: number;
  readonly ownerDied: number;
  readonly spawned: number;
  /** From the order to end a thread until the first of its tasks is reported lost, shared memory being repaired, and until its successor is up. */
  readonly repairMs: readonly number[];
  readonly recoveryMs: readonly number[];
  readonly failures: readonly string[];
}

const EACH = 100_000;
const MOST_VALUES = 240_000_000;
const MOST_PAUSE_MS = 40;

async function main(kills: number, seed: number, threads: number): Promise<KillFigures> {
  await using rt = await start({ threads, cores: threads });
  process.on("warning", () => undefined);
  const random = new Jitter(seed, 0);
  const sent = rt.shared.bytes(MOST_VALUES);
  const received = rt.shared.bytes(MOST_VALUES);
  const cells = rt.shared.int32(8);
  const channels = [0, 1, 16].map((capacity) => rt.chan(i32, capacity));
  const [a, b, c] = channels;
  const mutex = new rt.Mutex();
  const failures: string[] = [];
  const dead = { produce: 0, consume: 0, lock: 0, spawn: 0 };
  let next = 0;
  /** When the last order was given, until somebody has heard of it. */
  let orderedMs = 0;
  const repairMs: number[] = [];
  const recoveryMs: number[] = [];
  const isStopped = (): boolean => cells.array[CELL.stop] !== 0;

  /** Keeps a task going: another one takes the place of one that has died. */
  async function keep(kind: keyof typeof dead, begin: () => Promise<unknown>, again: () => boolean): Promise<void> {
    do {
      try {
        await begin();
        if (kind === "consume") return;
      } catch (error) {
        if (!(error instanceof WarrenError) || error.code !== "ERR_THREAD_DIED") failures.push(error instanceof Error ? `${error.stack}` : String(error));
        else {
          dead[kind]++;
          if (orderedMs > 0) repairMs.push(performance.now() - orderedMs);
          orderedMs = 0;
        }
      }
    } while (again());
  }

  const produceOn = (channel: Chan<number>): Promise<unknown> => {
    const from = next;
    next += EACH;
    if (next > MOST_VALUES) return Promise.resolve(Atomics.store(cells.array, CELL.stop, 1));
    return rt.spawn(produce, channel, sent, cells, from, EACH);
  };
  const producers = channels.flatMap((channel) => [0, 1].map(() => keep("produce", () => produceOn(channel), () => !isStopped())));
  // Those who receive are needed to the end: a value may be on its way.
  const consumers = [
    ...channels.flatMap((channel) => [0, 1].map(() => keep("consume", () => rt.spawn(consume, channel, received), () => true))),
    ...[0, 1].map(() => keep("consume", () => rt.spawn(consumeAny, a, b, c, received), () => true)),
  ];
  const others = [
    ...[0, 1, 2].map(() => keep("lock", () => rt.spawn(countUnderLock, mutex, cells), () => !isStopped())),
    ...[0, 1].map(() => keep("spawn", () => rt.spawn(spawnOthers, cells), () => !isStopped())),
  ];

  for (let kill = 0; kill < kills && !isStopped(); kill++) {
    await new Promise((resolve) => setTimeout(resolve, random.below(MOST_PAUSE_MS)));
    const beganMs = (orderedMs = performance.now());
    // Now and then two at once.
    const victims = random.below(8) === 0 ? [random.below(threads), random.below(threads)] : [random.below(threads)];
    await Promise.all(victims.map((thread) => rt.recycle(thread)));
    recoveryMs.push(performance.now() - beganMs);
    // Something that needs every part still works.
    if ((await rt.spawn(answer, kill).catch((error: unknown) => error)) !== kill + 1) failures.push("a task on a recovered thread failed");
  }
  Atomics.store(cells.array, CELL.stop, 1);
  await Promise.all(producers);
  for (const channel of channels) channel.close();
  await Promise.all([...consumers, ...others]);
  const { tasks } = await rt.stats();
  if (tasks !== 0) failures.push(`${tasks} tasks are left`);

  const figures = { sent: 0, received: 0, lost: 0, duplicates: 0, invented: 0 };
  for (let value = 0; value < next; value++) {
    const [state, times] = [sent.array[value], received.array[value]];
    if (state === SENT.done) figures.sent++;
    figures.received += Math.min(times, 1);
    if (times > 1) figures.duplicates += times - 1;
    if (state === 0 && times > 0) figures.invented++;
    if (state === SENT.done && times === 0) figures.lost++;
  }
  return {
    ...figures,
    deadReceivers: dead.consume,
    deadTasks: Object.values(dead).reduce((sum, count) => sum + count, 0),
    locked: cells.array[CELL.locked],
    lockDifference: Math.abs(cells.array[CELL.locked] - cells.array[CELL.underLock]),
    deadLockers: dead.lock,
    ownerDied: cells.array[CELL.ownerDied],
    spawned: cells.array[CELL.spawned],
    repairMs,
    recoveryMs,
    failures,
  };
}

const [kills, seed, threads] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await main(kills, seed, threads)));
