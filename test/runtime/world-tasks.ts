/** Tasks for run(), stop(), stats() and dump(). */
import { setTimeout as wait } from "node:timers/promises";
import { type Chan, type SharedArray, chan, go, i32, select, sleep, spawn, task, yieldNow } from "../../src/index.ts";
import { fail } from "./task/error-tasks.ts";

export const sumUp = task(import.meta, async function sumUp(...numbers: number[]) {
  const parts = chan(i32);
  for (const number of numbers) go(sendOne, parts, number);
  let sum = 0;
  for (let k = 0; k < numbers.length; k++) sum += (await parts.recv()) ?? 0;
  return sum;
});

const sendOne = task(import.meta, async function sendOne(out: Chan<number>, value: number) {
  await out.send(value);
});

/** Counts in shared memory forever. */
export const countForEver = task(import.meta, async function countForEver(counter: SharedArray<"i32">) {
  for (;;) {
    counter.array[0]++;
    await yieldNow();
  }
});

/** Returns while children that never end are running, parked and asleep. */
export const leaveThemBehind = task(import.meta, async function leaveThemBehind(counter: SharedArray<"i32">) {
  go(countForEver, counter);
  go(parkOn, "receive", chan(i32));
  go(async () => sleep(1e9));
  while (counter.array[0] < 10) await yieldNow();
  return "main is done";
});

/** The child fails while the parent waits for something else. */
export const goFails = task(import.meta, async function goFails() {
  go(fail, "registered");
  await sleep(1e9);
});

export const closureFails = task(import.meta, async function closureFails() {
  go(async () => {
    await yieldNow();
    throw new RangeError("from a closure");
  });
  await sleep(1e9);
});

export const mainFails = task(import.meta, async function mainFails() {
  await fail("registered");
});

/** Handles its child's failure: nothing ends. */
export const spawnFails = task(import.meta, async function spawnFails() {
  return spawn(fail, "string").catch((error: unknown) => `handled ${String(error)}`);
});

export const spin = task(import.meta, async function spin(flag: SharedArray<"i32">) {
  flag.array[0] = 1;
  for (;;);
});

/** Parks in the way named. */
export const parkOn = task(import.meta, async function parkOn(how: "receive" | "send" | "select" | "sleep" | "join" | "await", ch: Chan<number>) {
  if (how === "receive") await ch.recv();
  else if (how === "send") await ch.send(1);
  else if (how === "select") await select({ first: ch, second: chan(i32) });
  else if (how === "sleep") await sleep(1e9);
  else if (how === "join") await spawn(parkOn, "receive", ch);
  else await wait(1e9);
});

/** Sleeps once it has received. */
export const sleepAfter = task(import.meta, async function sleepAfter(ch: Chan<number>) {
  await ch.recv();
  await sleep(1e9);
});

/** Burns so much CPU time of its thread, however long that takes. */
export const burnCpu = task(import.meta, async function burnCpu(ms: number) {
  const usedMs = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  for (const end = usedMs() + ms; usedMs() < end; );
});

/** Burns CPU on its thread for as long as asked. */
export const burn = task(import.meta, async function burn(ms: number) {
  for (const end = performance.now() + ms; performance.now() < end; );
  return ms;
});

/** Receives, then sets an element. */
export const setLater = task(import.meta, async function setLater(from: Chan<number>, flags: SharedArray<"i32">) {
  await from.recv();
  flags.array[1] = 1;
});
