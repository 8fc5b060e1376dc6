/** Tasks that wait only for each other, and some that only seem to. */
import { type Chan, Mutex, type SharedArray, after, type Barrier, chan, chanOf, go, i32, oneshot, select, sleep, spawn, struct, task, value } from "../../../src/index.ts";

/** Waits for the other to begin. */
const lockStep = task(import.meta, async function lockStep(mine: Chan<number>, theirs: Chan<number>) {
  await mine.recv();
  await theirs.send(1);
});

/** Two tasks that wait for each other, on the given threads; the task that made the channels has ended. */
export const leavePair = task(import.meta, async function leavePair(first: number, second: number) {
  const [a, b] = [chan(i32), chan(i32)];
  go.on(first)(lockStep, a, b);
  go.on(second)(lockStep, b, a);
});

/** Like `leavePair`, but the task that knows the channels sleeps, and may still send. */
export const keepPair = task(import.meta, async function keepPair() {
  const [a, b] = [chan(i32), chan(i32)];
  go.on(0)(lockStep, a, b);
  go.on(1)(lockStep, b, a);
  await sleep(1e8);
  await a.send(1);
});

/** Joins two that wait for each other. */
export const joinPair = task(import.meta, async function joinPair() {
  const [a, b] = [chan(i32), chan(i32)];
  await Promise.all([spawn.on(0)(lockStep, a, b), spawn.on(1)(lockStep, b, a)]);
});

/** Takes one lock, then waits for the other until both have taken their first. */
const locksBoth = task(import.meta, async function locksBoth(first: Mutex, second: Mutex, both: Barrier) {
  using _first = await first.lock();
  await both.wait();
  using _second = await second.lock();
});

/** Two tasks that take two locks in opposite order, while a third knows both and sleeps. */
export const lockCycle = task(import.meta, async function lockCycle(both: Barrier) {
  const [a, b] = [new Mutex(), new Mutex()];
  go.on(0)(locksBoth, a, b, both);
  go.on(1)(locksBoth, b, a, both);
  await sleep(1e8);
  a.free();
});

/** Waits for a lock that the other task releases when it has slept. */
export const lockedLong = task(import.meta, async function lockedLong() {
  const mutex = new Mutex();
  using _held = await mutex.lock();
  go.on(1)(waitsForLock, mutex);
  await sleep(1e8);
});

const waitsForLock = task(import.meta, async function waitsForLock(mutex: Mutex) {
  using _held = await mutex.lock();
});

/** Ends once `gate` is set: until then it sleeps now and then. */
const holdUntil = async (gate: SharedArray<"i32">): Promise<void> => {
  while (gate.array[0] === 0) await sleep(5);
};

/** A closure of it waits on a channel that only it could have got hold of: the closure shares it. */
export const closureWaits = task(import.meta, async function closureWaits(gate: SharedArray<"i32">) {
  const ch = chan(i32);
  const waiting = spawn(async function waiter() {
    return ch.recv();
  });
  await holdUntil(gate);
  await ch.send(7);
  return waiting;
});

/** A closure that no task can wake: the task that started it has ended. */
export const leaveClosure = task(import.meta, async function leaveClosure() {
  const ch = chan(i32);
  go(async function orphan() {
    await ch.recv();
  });
});

const request = struct({ reply: chanOf(i32) });

/** Holds up its thread until the gate is set, then serves one request. */
const lateServer = task(import.meta, async function lateServer(requests: Chan<{ reply: Chan<number> }>, gate: SharedArray<"i32">) {
  await holdUntil(gate);
  const got = await requests.recv();
  await got?.reply.send(3);
});

/** A client whose reply channel lies in the buffer of a server that has not come to it. */
export const client = task(import.meta, async function client(gate: SharedArray<"i32">, inValue: boolean) {
  const requests = chan(inValue ? value<{ reply: Chan<number> }>() : request, 4);
  go.on(1)(lateServer, requests, gate);
  const reply = oneshot(i32);
  await requests.send({ reply });
  return reply.recv();
});

/** Its partner is placed on a thread that computes and has not started. */
export const waitsForUnstarted = task(import.meta, async function waitsForUnstarted() {
  const ch = chan(i32);
  go.on(1)(sendOne, ch);
  return ch.recv();
});

const sendOne = task(import.meta, async function sendOne(ch: Chan<number>) {
  await ch.send(5);
});

/** A timer sends on the channel for which the other waits. */
export const waitsForTimer = task(import.meta, async function waitsForTimer() {
  go(takesOne, after(1e8));
});

const takesOne = task(import.meta, async function takesOne(ch: { recv(): unknown }) {
  await ch.recv();
});

/** Waits with a way out: a timer as a case, or a signal. */
export const waitsWithWayOut = task(import.meta, async function waitsWithWayOut(how: "timer" | "signal") {
  const ch = chan(i32);
  if (how === "timer") await select({ ch, late: after(1e8) });
  else await ch.recv({ signal: AbortSignal.timeout(1e8) });
});

/** Parked, while something of Node's on the same thread may go on with it. */
export const waitsBesideNode = task(import.meta, async function waitsBesideNode() {
  const ch = chan(i32);
  setTimeout(() => void ch.send(1), 1e8);
  await ch.recv();
});

/** Receives a channel in a message, and then the only other one that knows it waits on it too. */
const receivesChannel = task(import.meta, async function receivesChannel(from: Chan<Chan<number>>) {
  const got = await from.recv();
  await got?.recv();
});

export const sendsChannel = task(import.meta, async function sendsChannel(inValue: boolean) {
  const [carrier, carried] = [chan(inValue ? value<Chan<number>>() : chanOf(i32)), chan(i32)];
  go(receivesChannel, carrier);
  await carrier.send(carried);
  await carried.recv();
});

/** Waits on a channel that came as the result of a task. */
export const waitsOnResult = task(import.meta, async function waitsOnResult() {
  const ch = await spawn(makesChannel);
  await ch.recv();
});

const makesChannel = task(import.meta, async function makesChannel() {
  return chan(i32);
});
