/** Slips that a program can make, one for each name: what the process prints then, and how it ends. */
import { type Chan, type Mutex, chan, go, i32, run, sleep, start, task } from "../../../src/index.ts";

export const bareLock = task(import.meta, async function bareLock(mutex: Mutex) {
  mutex.lock();
  await sleep(1);
});

export const dropsASend = task(import.meta, async function dropsASend() {
  const ch = chan(i32);
  void ch.send(1);
  await sleep(1);
  ch.close();
  await sleep(1e9);
});

export const fails = task(import.meta, async function fails() {
  throw new RangeError("fails immediately");
});

export const returnsEarly = task(import.meta, async function returnsEarly() {
  go(fails);
  await sleep(1);
  return "returned";
});

/** Prints every other number, in turn with another task. */
export const player = task(import.meta, async function player(from: Chan<number>, to: Chan<number>, last: number) {
  for await (const n of from) {
    console.log(n);
    if (n === last) to.close();
    if (n >= last) return;
    await to.send(n + 1);
  }
});

export const prints = task(import.meta, async function prints(count: number) {
  for (let k = 0; k < count; k++) process.stdout.write(`${k}\n`);
});

export const lastWords = task(import.meta, async function lastWords() {
  console.log("last words");
  process.exit(3);
});

export const argumentsOf = task(import.meta, async function argumentsOf() {
  return process.argv.slice(2);
});

const PROGRAMS: Record<string, () => Promise<unknown>> = {
  "a bare lock": async () => {
    await using rt = await start({ threads: 1 });
    const mutex = new rt.Mutex();
    const guard = await mutex.lock();
    for (let k = 0; k < 3; k++) await rt.spawn(bareLock, mutex);
    guard.unlock();
    // Awaited late is awaited.
    const other = new rt.Mutex();
    const held = await other.lock();
    await rt.spawn(async () => {
      const later = other.lock();
      held.unlock();
      await rt.sleep(1);
      (await later).unlock();
    });
  },
  "a dropped send": async () => {
    await using rt = await start({ threads: 1 });
    await rt.spawn(dropsASend);
  },
  "a failure when main returns": async () => console.log(await run(returnsEarly, { threads: 2 })),
  "lines in turn": async () => {
    await using rt = await start({ threads: 2 });
    const [a, b] = [rt.chan(i32, 1), rt.chan(i32, 1)];
    const players = [rt.spawn.on(0)(player, a, b, 2000), rt.spawn.on(1)(player, b, a, 2000)];
    await a.send(1);
    await Promise.race(players);
  },
  "lines, then exit": async () => {
    const rt = await start({ threads: 2 });
    await Promise.all([rt.spawn.on(0)(prints, 200), rt.spawn.on(1)(prints, 200)]);
    process.exit(4);
  },
  "lines of main between": async () => {
    await using rt = await start({ threads: 2 });
    for (let k = 0; k < 50; k++) {
      await rt.spawn.on(k % 2)(prints, 1);
      console.log("main");
    }
  },
  "last words": async () => {
    await using rt = await start({ threads: 1 });
    await rt.spawn(lastWords).catch((error: { code: string }) => console.log(error.code));
  },
  arguments: async () => {
    await using rt = await start({ threads: 1 });
    console.log(JSON.stringify(await rt.spawn(argumentsOf)));
  },
};

if (import.meta.main) await PROGRAMS[process.argv[2]]();
