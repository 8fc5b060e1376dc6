/** A `run` program with the main task that the command line names; prints the result of run(). */
import { setTimeout as wait } from "node:timers/promises";
import { connect, createServer } from "node:net";
import { Barrier, type Chan, type Context, Mutex, chan, chanOf, context, formatDump, go, group, i32, run, runtimes, select, sleep, spawn, task, utf8 } from "../../../src/index.ts";

export const returns = task(import.meta, async function returns() {
  console.log("in the task");
  return 42;
});

export const throws = task(import.meta, async function throws() {
  throw Object.assign(new TypeError("from main"), { code: "E_MINE" });
});

/** Waits with the signal of a context that no task can cancel any more, and for its done channel on the other thread. */
export const contextNobodyCancels = task(import.meta, async function contextNobodyCancels() {
  const ctx = context();
  go.on(0)(waitsForEnd, ctx);
  go.on(1)(waitsForEnd, ctx);
  await chan(i32).recv({ signal: ctx.signal });
});

export const waitsForEnd = task(import.meta, async function waitsForEnd(ctx: Context) {
  ctx.signal.addEventListener("abort", () => undefined);
  await ctx.done.recv();
});

/** A group that no task can end any more. */
export const groupWaits = task(import.meta, async function groupWaits() {
  await using g = group();
  g.go(waitsForEnd, g.context);
  await g.wait();
});

/** All wait for a deadline: no deadlock. */
export const deadlineWakes = task(import.meta, async function deadlineWakes() {
  const ctx = context(undefined, { timeout: TIME });
  await spawn.on(1)(waitsForEnd, ctx);
  return (ctx.reason as Error & { code: string }).code;
});

/** Output right before the end, from both threads. */
export const talkative = task(import.meta, async function talkative() {
  const lines = (name: string): void => {
    for (let k = 0; k < 1000; k++) console.log(`${name} ${k}`);
    console.error(`${name} said it all`);
  };
  await spawn.on(1)(chatter, "other");
  lines("main");
});

/** Prints through a stream that a preloaded module has kept, and ends. */
export const printsKept = task(import.meta, async function printsKept() {
  for (let k = 0; k < 1000; k++) (globalThis as unknown as { printLater: (text: string) => void }).printLater(`kept ${k}`);
});

export const chatter = task(import.meta, async function chatter(name: string) {
  for (let k = 0; k < 1000; k++) console.log(`${name} ${k}`);
  console.error(`${name} said it all`);
});

export const receiver = task(import.meta, async function receiver(ch: Chan<number>) {
  await ch.recv();
});

/** Every task waits for a value that no task sends. */
export const allReceive = task(import.meta, async function allReceive() {
  const ch = chan(i32);
  go.on(0)(receiver, ch);
  go.on(1)(receiver, ch);
  await ch.recv();
});

/** A select of a send and a receive on one unbuffered channel does not meet itself. */
export const selfSelect = task(import.meta, async function selfSelect() {
  const ch = chan(i32);
  await select({ out: ch.sending(1), in: ch });
});

export const lockStep = task(import.meta, async function lockStep(mine: Chan<number>, theirs: Chan<number>) {
  await mine.recv();
  await theirs.send(1);
});

/** Two tasks, on two threads, each waiting for the other to begin. */
export const cycle = task(import.meta, async function cycle() {
  const [a, b] = [chan(i32), chan(i32)];
  await Promise.all([spawn.on(0)(lockStep, a, b), spawn.on(1)(lockStep, b, a)]);
});

/** Every task sends to a channel from which no task receives. */
export const allSend = task(import.meta, async function allSend() {
  const full = chan(i32, 1);
  await full.send(1);
  await full.send(2);
});

/** A task waits for its own promise, which nothing settles; warren cannot know that. */
export const ownPromise = task(import.meta, async function ownPromise() {
  await new Promise(() => undefined);
});

/** Closures that wait for each other's memory. */
export const closures = task(import.meta, async function closures() {
  const ch = chan(i32);
  await spawn(async function waiter() {
    await ch.recv();
  });
});

/** Deadlock after a long and busy life. */
export const late = task(import.meta, async function late() {
  const ch = chan(i32);
  for (let k = 0; k < 1000; k++) {
    const sent = spawn(sender, ch);
    await ch.recv();
    await sent;
  }
  await ch.recv();
});

export const sender = task(import.meta, async function sender(ch: Chan<number>) {
  await ch.send(1);
});

const TIME = 400;

/** Parked, and a warren timer on another thread will wake it. */
export const timerWakes = task(import.meta, async function timerWakes() {
  const ch = chan(i32);
  go.on(1)(sendLater, ch);
  return ch.recv();
});

export const sendLater = task(import.meta, async function sendLater(ch: Chan<number>) {
  await sleep(TIME);
  await ch.send(1);
});

/** Parked, and a timer of Node on another thread will wake it. */
export const nodeTimerWakes = task(import.meta, async function nodeTimerWakes() {
  const ch = chan(i32);
  go.on(1)(sendAfterNodeTimer, ch);
  return ch.recv();
});

export const sendAfterNodeTimer = task(import.meta, async function sendAfterNodeTimer(ch: Chan<number>) {
  await wait(TIME);
  await ch.send(2);
});

/** Parked on a channel that a socket's data feeds, while the socket's other end waits. */
export const socketWakes = task(import.meta, async function socketWakes() {
  const lines = chan(utf8);
  go.on(1)(listen, lines);
  const port = Number(await lines.recv());
  go.on(0)(speakLater, port);
  return lines.recv();
});

export const listen = task(import.meta, async function listen(lines: Chan<string>) {
  const server = createServer((socket) => {
    socket.on("data", (data) => void lines.send(data.toString()));
    server.close();
  });
  server.listen(0, "127.0.0.1", () => void lines.send(String((server.address() as { port: number }).port)));
});

export const speakLater = task(import.meta, async function speakLater(port: number) {
  const socket = connect(port, "127.0.0.1");
  await wait(TIME);
  socket.end("from the socket");
});

/** Parked with a signal that something outside warren will abort. */
export const signalWakes = task(import.meta, async function signalWakes() {
  try {
    await chan(i32).recv({ signal: AbortSignal.timeout(TIME) });
  } catch (error) {
    return (error as Error).name;
  }
});

const locksBoth = task(import.meta, async function locksBoth(first: Mutex, second: Mutex, both: Barrier) {
  using _first = await first.lock();
  await both.wait();
  using _second = await second.lock();
});

/** Two locks taken in opposite order. */
const lockCycle = task(import.meta, async function lockCycle() {
  const [a, b, both] = [new Mutex(), new Mutex(), new Barrier(2)];
  await Promise.all([spawn.on(0)(locksBoth, a, b, both), spawn.on(1)(locksBoth, b, a, both)]);
});

const ticking = task(import.meta, async function ticking() {
  for (;;) await sleep(5);
});

const makesPair = task(import.meta, async function makesPair() {
  const [a, b] = [chan(i32), chan(i32)];
  go.on(0)(lockStep, a, b);
  go.on(1)(lockStep, b, a);
});

/** Two that wait for each other while a third goes on: no deadlock of all. */
const subset = task(import.meta, async function subset() {
  go(makesPair);
  await spawn(ticking);
});

/** A request with a reply channel: the reply never comes. */
export const noReply = task(import.meta, async function noReply() {
  const requests = chan(chanOf(i32), 1);
  const reply = chan(i32);
  await requests.send(reply);
  await reply.recv();
});

/** Another task fails and no code handles the failure. */
export const goFails = task(import.meta, async function goFails() {
  go(throws);
  await sleep(1e9);
});

export const recurses = task(import.meta, async function recurses() {
  const deeper = (n: number): number => deeper(n + 1) + 1;
  return deeper(0);
});

const tasks = { returns, throws, talkative, printsKept, allReceive, selfSelect, cycle, allSend, ownPromise, closures, late, timerWakes, nodeTimerWakes, socketWakes, signalWakes, noReply, goFails, recurses, contextNobodyCancels, groupWaits, deadlineWakes, lockCycle, subset } as const;

interface Failure {
  readonly code?: string;
  readonly message: string;
  readonly details?: { readonly tasks?: unknown };
}

/** Runs one program and prints a line of JSON: what it returned, or how it was rejected. */
async function show(name: keyof typeof tasks): Promise<void> {
  const line = await run(tasks[name] as () => Promise<unknown>, { threads: 2 }).then(
    (returned) => ({ name, returned }),
    ({ code, message, details }: Failure) => ({ name, code, message, tasks: details?.tasks }),
  );
  console.log(JSON.stringify(line));
}

/** Runs a program until some of its tasks are stuck, prints the dump, and ends it. */
async function showStuck(name: keyof typeof tasks): Promise<void> {
  const ended = run(tasks[name] as () => Promise<unknown>, { threads: 2 }).catch(() => undefined);
  for (;;) {
    await wait(20);
    for (const rt of runtimes()) {
      const dump = await rt.dump();
      if (dump.stuck.length === 0) continue;
      console.log(formatDump(dump));
      await rt.stop();
      await ended;
      return;
    }
  }
}

if (import.meta.main) {
  const [how, ...names] = process.argv.slice(2) as ["uncaught" | "stuck" | "one by one" | "at once", ...(keyof typeof tasks)[]];
  process.on("warning", (warning: Error & { code?: string }) => {
    if (warning.code !== "WARREN_STANDSTILL") return;
    console.log(warning.code, warning.message);
    process.exit(4);
  });
  if (how === "stuck") await showStuck(names[0]);
  else if (how === "uncaught") console.log("returned", await run(tasks[names[0]] as () => Promise<unknown>, { threads: 2 }));
  else if (how === "at once") await Promise.all(names.map((name) => show(name)));
  else for (const name of names) await show(name);
}
