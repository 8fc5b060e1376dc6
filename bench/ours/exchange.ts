/**
 * Tasks that answer each other: the scenarios ping-pong, select and spawn.
 */
import { bool, chan, go, i32, select, spawn, task, type Receiver, type Sender } from "../../src/index.ts";
import { SPAWN_WINDOW, STREAM_CAPACITY } from "../rivals/scenarios.ts";
import { inWindow } from "../rivals/trial.ts";

/** Sends back what it receives, until `ping` is closed. */
const echo = task(import.meta, async function echo(ping: Receiver<number>, pong: Sender<number>): Promise<void> {
  for (;;) {
    const got = ping.recv();
    const value = typeof got === "number" ? got : await got;
    if (value === undefined) return;
    const sent = pong.send(value);
    if (sent) await sent;
  }
});

/** As `echo`, with plain `await`s. */
const echoPlainly = task(import.meta, async function echoPlainly(ping: Receiver<number>, pong: Sender<number>): Promise<void> {
  for (;;) {
    const value = await ping.recv();
    if (value === undefined) return;
    await pong.send(value);
  }
});

/** `count` round trips between here and a task on thread `far`. */
export async function pingPong(count: number, far: number): Promise<void> {
  const [ping, pong] = [chan(i32), chan(i32)];
  const echoing = spawn.on(far)(echo, ping, pong);
  for (let trip = 0; trip < count; trip++) {
    const sent = ping.send(trip);
    if (sent) await sent;
    const got = pong.recv();
    mustBe(typeof got === "number" ? got : await got, trip);
  }
  ping.close();
  await echoing;
  pong.close();
}

/** As `pingPong`, with plain `await`s on both sides. */
export async function pingPongPlainly(count: number, far: number): Promise<void> {
  const [ping, pong] = [chan(i32), chan(i32)];
  const echoing = spawn.on(far)(echoPlainly, ping, pong);
  for (let trip = 0; trip < count; trip++) {
    await ping.send(trip);
    mustBe(await pong.recv(), trip);
  }
  ping.close();
  await echoing;
  pong.close();
}

/** Sends `count` values and then says that it has ended. */
const produce = task(import.meta, async function produce(out: Sender<number>, count: number, done: Sender<boolean>): Promise<void> {
  for (let value = 0; value < count; value++) {
    const sent = out.send(value);
    if (sent) await sent;
  }
  await done.send(true);
});

/** Receives from two producers on thread `far` by select; what is buffered when both have ended is not waited for. */
export async function selectTwo(count: number, far: number): Promise<void> {
  const [x, y, done] = [chan(i32, STREAM_CAPACITY), chan(i32, STREAM_CAPACITY), chan(bool)];
  const half = count >> 1;
  go.on(far)(produce, x, half, done);
  go.on(far)(produce, y, count - half, done);
  let received = 0;
  for (let ended = 0; ended < 2; ) {
    const selected = select({ x, y, done });
    const { case: chosen } = selected instanceof Promise ? await selected : selected;
    if (chosen === "done") ended++;
    else received++;
  }
  for (const ch of [x, y]) {
    ch.close();
    while (ch.tryRecv() !== undefined) received++;
  }
  done.close();
  mustBe(received, count);
}

/** Does nothing. */
const empty = task(import.meta, async function empty(): Promise<void> {});

/** Starts and joins empty tasks, placed by the runtime, from lanes. */
export async function spawnMany(count: number): Promise<void> {
  await inWindow(count, SPAWN_WINDOW, () => spawn(empty));
}

/** As `spawnMany`, all on thread `far`. */
export async function spawnFar(count: number, far: number): Promise<void> {
  const start = spawn.on(far);
  await inWindow(count, SPAWN_WINDOW, () => start(empty));
}

function mustBe(actual: number | undefined, expected: number): void {
  if (actual !== expected) throw new Error(`${actual} came where ${expected} was due`);
}
