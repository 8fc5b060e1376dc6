/** Threads that end in other ways than returning: the case is named on the command line. */
import { threadId } from "node:worker_threads";
import { type Chan, type Receiver, type Sender, type SharedArray, chan, go, i32, run, sleep, spawn, start, task, yieldNow } from "../../../src/index.ts";

export const exits = task(import.meta, async function exits(code: number) {
  await sleep(10);
  process.exit(code);
});

export const throwsLater = task(import.meta, async function throwsLater() {
  setImmediate(() => {
    throw Object.assign(new RangeError("in an immediate"), { code: "E_DETACHED" });
  });
  await sleep(1e9);
});

export const rejectsLater = task(import.meta, async function rejectsLater() {
  void Promise.reject(new RangeError("nobody catches this"));
  await sleep(1e9);
});

export const waits = task(import.meta, async function waits(ms = 1e9, result = 0) {
  await sleep(ms);
  return result;
});

export const main = task(import.meta, async function main(which: "exits" | "throwsLater" | "rejectsLater", how: "go" | "spawn") {
  // The main task is on either thread: an idle one may have taken it.
  const other = (await spawn.on(0)(systemThread)) === threadId ? 1 : 0;
  const failing = { exits, throwsLater, rejectsLater }[which] as (code: number) => Promise<void>;
  if (how === "go") {
    // It runs next to the task that fails, because `go` reports no failure to its caller.
    const started = chan(i32);
    const beside = spawn.on(other)(tellsAndWaits, started);
    await started.recv();
    go.on(other)(failing, 3);
    await beside;
  } else {
    await spawn.on(other)(failing, 3);
  }
});

/** Which thread this is, in Node's numbers. */
export const systemThread = task(import.meta, async function systemThread() {
  return threadId;
});

export const tellsAndWaits = task(import.meta, async function tellsAndWaits(started: Chan<number>) {
  await started.send(1);
  await sleep(1e9);
});

export const takesOne = task(import.meta, async function takesOne(from: Chan<number>) {
  // Later than the death of the other thread.
  await sleep(100);
  return from.recv();
});

/** Computes for `ms` at least, and until `released` is set, if it is given. */
function compute(ms: number, released?: SharedArray<"i32">): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs || (released !== undefined && Atomics.load(released.array, 0) === 0));
}

export const hog = task(import.meta, async function hog(ms: number, released?: SharedArray<"i32">) {
  compute(ms, released);
});

export const hogLater = task(import.meta, async function hogLater(ms: number, released?: SharedArray<"i32">) {
  await new Promise((resolve) => void setTimeout(resolve, 20));
  compute(ms, released);
});

/** A closure of this task computes. */
export const hogsInClosure = task(import.meta, async function hogsInClosure(ms: number, released: SharedArray<"i32">) {
  await spawn(function counting() {
    compute(ms, released);
  });
});

/** Wakes a task of its thread, and computes before that can continue. */
export const wakes = task(import.meta, async function wakes(ms: number, released: SharedArray<"i32">) {
  const ch = chan(i32);
  const woken = spawn.on("here")(receives, ch);
  await yieldNow();
  await ch.send(1);
  compute(ms, released);
  await woken;
});

export const receives = task(import.meta, async function receives(ch: Receiver<number>) {
  await ch.recv();
});

/** Is woken by a task of its thread, and computes. */
export const woken = task(import.meta, async function woken(ms: number, released: SharedArray<"i32">) {
  const ch = chan(i32);
  const sender = spawn.on("here")(sendsLater, ch);
  await ch.recv();
  compute(ms, released);
  await sender;
});

export const sendsLater = task(import.meta, async function sendsLater(ch: Sender<number>) {
  await ch.send(1);
});

export const spin = task(import.meta, async function spin(flag: SharedArray<"i32">) {
  flag.array[0] = 1;
  for (;;);
});

const show = (error: { code?: string; message: string; details?: object; cause?: unknown }): void => {
  console.log(JSON.stringify({ code: error.code, message: error.message, details: error.details, cause: String(error.cause) }));
};

if (import.meta.main) {
  const [name, which, how] = process.argv.slice(2);
  if (name === "run") await run(main, { threads: 2, args: [which as "exits", how as "go"] }).then(() => console.log("returned"), show);
  else if (name === "stuck") {
    await using rt = await start({ threads: 2 });
    // However long the machine leaves the thread without a core, it computes until the warning is there; then once more.
    const released = rt.shared.int32(1);
    process.on("warning", (warning: Error & { code?: string }) => {
      console.log("warning", warning.name, warning.code, warning.message);
      Atomics.store(released.array, 0, 1);
    });
    const hogs = { "at once": hog, later: hogLater, "in a closure": hogsInClosure, "after it has woken another": wakes, "after another has woken it": woken }[which as "later"];
    for (let k = 0; k < 2; k++) await rt.spawn.on(0)(hogs, 700, released);
  } else if (name === "main") {
    await using rt = await start({ threads: 1 });
    process.on("warning", (warning: Error & { code?: string }) => console.log("warning", warning.name, warning.code, warning.message));
    // CPU time, because the machine may leave the thread without a core.
    const heavy = (): void => {
      const { user, system } = process.threadCpuUsage();
      for (let used = { user, system }; used.user + used.system < user + system + 400_000; used = process.threadCpuUsage());
    };
    const ch = rt.chan(i32, 1);
    for (let k = 0; k < 2; k++) {
      await rt.spawn(heavy);
      await rt.sleep(60);
      const later = rt.spawn(async function heavyLater() {
        await ch.recv();
        heavy();
      });
      await rt.sleep(60);
      await ch.send(1);
      await later;
      await rt.sleep(60);
    }
    // Code of the main thread itself is no closure of the runtime.
    await rt.sleep(1);
    heavy();
  } else if (name === "short") {
    await using rt = await start({ threads: 2 });
    for (let k = 0; k < 100; k++) await rt.spawn.on(0)(hog, 5);
  } else if (name === "open") {
    process.on("warning", (warning: Error & { code?: string }) => console.log("warning", warning.code, warning.message));
    await using rt = await start({ threads: 2 });
    const [started, elsewhere] = [rt.chan(i32), rt.chan(i32)];
    const beside = rt.spawn.on(1)(tellsAndWaits, started);
    await started.recv();
    const settled = await Promise.allSettled([rt.spawn.on(1)(exits, 3), beside, rt.spawn.on(0)(takesOne, elsewhere), elsewhere.send(5)]);
    for (const result of settled) console.log(result.status, result.status === "rejected" ? result.reason.code : result.value);
    console.log("on thread 1 again:", await rt.spawn.on(1)(waits, 1, 7));
  } else if (name === "endless") {
    const rt = await start({ threads: 2 });
    const flag = rt.shared.int32(1);
    rt.go(spin, flag);
    while (flag.array[0] === 0) await rt.sleep(1);
    if (which === "stop") await rt.stop();
    else if (which === "exit") process.exit(5);
    else console.log("ready");
    console.log("done");
  }
}
