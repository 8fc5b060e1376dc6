/** How threads and the process end, in every state: the case is named on the command line. */
import { execSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Chan, type Runtime, type SharedArray, Mutex, chan, i32, sleep, start, task } from "../../../src/index.ts";

export const answers = task(import.meta, async function answers() {
  return 42;
});

/** States of a thread. Each says that it is there by what it does to the flag. */
export const parks = task(import.meta, async function parks(flag: SharedArray<"i32">, from: Chan<number>) {
  flag.array[0] = 1;
  await from.recv();
});

export const locks = task(import.meta, async function locks(flag: SharedArray<"i32">, mutex: Mutex) {
  using _guard = await mutex.lock();
  flag.array[0] = 1;
  await sleep(1e9);
});

export const spins = task(import.meta, async function spins(flag: SharedArray<"i32">) {
  flag.array[0] = 1;
  for (;;);
});

export const sendsForEver = task(import.meta, async function sendsForEver(flag: SharedArray<"i32">) {
  const own = chan(i32, 4);
  flag.array[0] = 1;
  for (let k = 0; ; k = (k + 1) | 0) {
    await own.send(k);
    await own.recv();
  }
});

/** In a native call as soon as the file is there, which goes when the call returns. */
export const callsOut = task(import.meta, async function callsOut(file: string, seconds: number) {
  execSync(`touch '${file}'; sleep ${seconds}; rm '${file}'`);
});

export const listens = task(import.meta, async function listens(to: Chan<number>) {
  process.once("exit", () => {
    // A send that need not wait goes through; the thread ends after it.
    void to.send(7);
    void to.send(8);
  });
  await sleep(1);
  process.exit(3);
});

const print = (what: string, value: unknown): void => console.log(JSON.stringify([what, value]));
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value ?? "returned",
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

/** Brings a thread of `rt` into a state; resolves with the join of its task, in an object. */
async function bring(rt: Runtime, state: string, thread: number): Promise<{ joined: Promise<unknown> | undefined; mutex: Mutex }> {
  const flag = rt.shared.int32(1);
  const mutex = new rt.Mutex();
  const file = join(tmpdir(), `warren-native-${process.pid}`);
  const on = rt.spawn.on(thread);
  const starts: Record<string, () => Promise<unknown> | undefined> = {
    idle: () => undefined,
    parked: () => on(parks, flag, rt.chan(i32)),
    locked: () => on(locks, flag, mutex),
    spinning: () => on(spins, flag),
    busy: () => on(sendsForEver, flag),
    native: () => on(callsOut, file, 6.5),
    "short native": () => on(callsOut, file, 2),
  };
  const joined = starts[state]();
  joined?.catch(() => undefined);
  while (joined !== undefined && flag.array[0] === 0 && !existsSync(file)) await rt.sleep(1);
  return { joined, mutex };
}

const STATES = ["idle", "parked", "locked", "spinning", "busy"];

const CASES: Record<string, (which: string) => Promise<void>> = {
  /** One thread after the other, in each state; a closure of main waits through them all. */
  async recycle() {
    const rt = await start({ threads: 2 });
    const later = rt.chan(i32);
    const neighbour = rt.spawn(async () => later.recv());
    for (const state of STATES) {
      const { joined, mutex } = await bring(rt, state, 1);
      await rt.recycle(1);
      print(state, [joined === undefined ? "no task" : await codeOf(joined), await rt.spawn.on(1)(answers)]);
      if (state === "locked") print("its lock", (await mutex.lock()).ownerDied);
    }
    // Twice at the same time, and both threads.
    await Promise.all([rt.recycle(1), rt.recycle(1), rt.recycle(0)]);
    print("all at once", await Promise.all([0, 1].map((thread) => rt.spawn.on(thread)(answers))));
    await later.send(9);
    print("closure of main", await neighbour);
    // Not stopped: threads that were replaced keep the process alive no longer than others.
  },
  /** A native call that JavaScript cannot interrupt: reported after a deadline; the thread is replaced when the call returns. */
  async native() {
    await using rt = await start({ threads: 2 });
    const { joined } = await bring(rt, "native", 1);
    print("recycle", await codeOf(rt.recycle(1)));
    print("meanwhile", await rt.spawn.on(0)(answers));
    print("afterwards", await rt.spawn.on(1)(answers));
    print("its task", await codeOf(joined as Promise<unknown>));
  },
  async stop() {
    for (const state of [...STATES, "short native"]) {
      const rt = await start({ threads: 1 });
      const { joined } = await bring(rt, state, 0);
      await Promise.all([rt.stop(), rt.stop()]);
      print(state, joined === undefined ? "no task" : await codeOf(joined));
    }
  },
  /** Stopped while a thread dies, and while its replacement starts. */
  async "stop while replacing"() {
    const rt = await start({ threads: 1 });
    const recycled = codeOf(rt.recycle(0));
    await rt.stop();
    print("recycle", await recycled);
    const other = await start({ threads: 1 });
    await bring(other, "spinning", 0);
    await Promise.all([codeOf(other.recycle(0)), other.stop()]);
    print("both", "ended");
  },
  /** A stuck task, and the remedy that its warning is for. */
  async stuck() {
    await using rt = await start({ threads: 2 });
    const { promise: reported, resolve } = Promise.withResolvers<string>();
    process.on("warning", (warning: Error & { code?: string }) => {
      if (warning.message.startsWith("task spins")) resolve(warning.code ?? "");
    });
    const { joined } = await bring(rt, "spinning", 1);
    print("warning", await reported);
    const stuck = (await rt.dump()).threads.find(({ computing }) => computing?.task === "spins");
    await rt.recycle(stuck?.thread ?? -1);
    print("joined", await codeOf(joined as Promise<unknown>));
    print("again", await rt.spawn.on(1)(answers));
  },
  /** Waits for a signal in a state; no handler. */
  async signal(state) {
    const rt = await start({ threads: 1 });
    await bring(rt, state === "stopping" || state === "spinning" ? "spinning" : "parked", 0);
    if (state === "stopping") void rt.stop();
    console.log("ready");
    if (state === "busy main") for (;;);
    // Also when the runtime has stopped.
    setInterval(() => undefined, 1e6);
  },
  /** Waits for a signal that a handler answers with stop(): once, so that a second one has Node's default. */
  async handler(state) {
    const rt = await start({ threads: 1 });
    await bring(rt, state === "twice" ? "spinning" : state, 0);
    process.once("SIGTERM", () => {
      console.log("stopping");
      void rt.stop().then(() => console.log("stopped"));
    });
    console.log("ready");
    print("main", await codeOf(rt.sleep(1e9)));
  },
  /** The runtime is called in exit handlers and in listeners of errors. */
  async reentrant() {
    const rt = await start({ threads: 2 });
    const warned = Promise.withResolvers<unknown>();
    process.once("warning", (warning: Error & { code?: string }) => {
      void (async () => {
        // The thread that has died is not replaced yet.
        const answered = rt.spawn.on(1)(answers);
        await rt.dump();
        warned.resolve([warning.code, await answered, (await rt.stats()).threads.length]);
      })();
    });
    const told = rt.chan(i32, 1);
    print("thread's exit handler", [await codeOf(rt.spawn.on(1)(listens, told)), await told.recv()]);
    print("warning listener", await warned.promise);
    const heard = Promise.withResolvers<unknown>();
    process.once("uncaughtException", (error) => {
      void (async () => {
        const refused = await codeOf(Promise.try(() => rt.spawn(answers)));
        await using next = await start({ threads: 1 });
        heard.resolve([error.message, refused, await next.spawn(answers)]);
      })();
    });
    rt.go(async () => {
      throw new Error("nobody handles me");
    });
    print("error listener", await heard.promise);
    const last = await start({ threads: 1 });
    const full = last.chan(i32, 1);
    process.on("exit", (code) => {
      void full.send(1);
      void full.send(2);
      last.go(answers);
      void last.stop();
      print("exit handler", [code, full.recv(), full.length]);
    });
    process.exit(9);
  },
};

if (import.meta.main) await CASES[process.argv[2]](process.argv[3]);
