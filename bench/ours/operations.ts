/**
 * The timed operations: values through one channel (the scenarios stream, stream-batch,
 * stream-unbuffered and fan-in), and tasks that answer each other (ping-pong, select and
 * spawn).
 *
 * The hot loops take `send` and `recv` at their word: what needs no waiting
 * returns at once, and only a promise is awaited. The plain form awaits
 * everything, as most programs will.
 */
import { bool, chan, go, i32, select, spawn, task, type Receiver, type Sender } from "../../src/index.ts";
import { FAN_IN_SIDES, SPAWN_WINDOW, STREAM_BATCH, STREAM_CAPACITY } from "../rivals/scenarios.ts";
import { inWindow } from "../rivals/trial.ts";

/** Sends 0 … `count` − 1 in a hot loop; the channel stays open. */
const send = task(import.meta, async function send(out: Sender<number>, count: number): Promise<void> {
  for (let value = 0; value < count; value++) {
    const sent = out.send(value);
    if (sent) await sent;
  }
});

/** As `send`, with a plain `await`. */
const sendPlainly = task(import.meta, async function sendPlainly(out: Sender<number>, count: number): Promise<void> {
  for (let value = 0; value < count; value++) await out.send(value);
});

/** As `send`, `STREAM_BATCH` values at a time. */
const sendBatches = task(import.meta, async function sendBatches(out: Sender<number>, count: number): Promise<void> {
  const values = new Int32Array(STREAM_BATCH);
  for (let value = 0; value < count; value += STREAM_BATCH) {
    for (let k = 0; k < STREAM_BATCH; k++) values[k] = value + k;
    const sent = out.sendMany(values);
    if (sent) await sent;
  }
});

/** Receives until the channel is closed; how many there were, and their sum. */
const receive = task(import.meta, async function receive(from: Receiver<number>): Promise<[count: number, sum: number]> {
  let count = 0;
  let sum = 0;
  for (;;) {
    const got = from.recv();
    const value = typeof got === "number" ? got : await got;
    if (value === undefined) return [count, sum];
    count++;
    sum += value;
  }
});

/** One producer on thread `far`, the consumer here. */
export async function stream(count: number, far: number): Promise<void> {
  await pass(count, STREAM_CAPACITY, far);
}

/** As `stream`, unbuffered. */
export async function streamUnbuffered(count: number, far: number): Promise<void> {
  await pass(count, 0, far);
}

async function pass(count: number, capacity: number, far: number): Promise<void> {
  const ch = chan(i32, capacity);
  go.on(far)(send, ch, count);
  let sum = 0;
  for (let left = count; left > 0; left--) {
    const got = ch.recv();
    sum += typeof got === "number" ? got : ((await got) as number);
  }
  ch.close();
  mustAdd(sum, count);
}

/** As `stream`, with plain `await`s on both sides. */
export async function streamPlainly(count: number, far: number): Promise<void> {
  const ch = chan(i32, STREAM_CAPACITY);
  go.on(far)(sendPlainly, ch, count);
  let sum = 0;
  for (let left = count; left > 0; left--) sum += (await ch.recv()) as number;
  ch.close();
  mustAdd(sum, count);
}

/** As `stream`, batches on both sides; the count is rounded up to whole ones. */
export async function streamBatches(count: number, far: number): Promise<void> {
  const ch = chan(i32, STREAM_CAPACITY);
  const whole = Math.ceil(count / STREAM_BATCH) * STREAM_BATCH;
  go.on(far)(sendBatches, ch, whole);
  let sum = 0;
  for (let left = whole; left > 0; ) {
    const got = ch.recvMany(STREAM_BATCH);
    const values = (Array.isArray(got) ? got : await got) as number[];
    for (const value of values) sum += value;
    left -= values.length;
  }
  ch.close();
  mustAdd(sum, whole);
}

/** Producers and consumers of one channel, placed by the runtime. */
export async function fanIn(count: number): Promise<void> {
  const ch = chan(i32, STREAM_CAPACITY);
  const consumers = Array.from({ length: FAN_IN_SIDES }, () => spawn(receive, ch));
  const share = Math.ceil(count / FAN_IN_SIDES);
  await Promise.all(Array.from({ length: FAN_IN_SIDES }, () => spawn(send, ch, share)));
  ch.close();
  const got = await Promise.all(consumers);
  const received = got.reduce((total, [some]) => total + some, 0);
  if (received !== share * FAN_IN_SIDES) throw new Error(`${share * FAN_IN_SIDES} values were sent and ${received} received`);
}

/** Checks that 0 … `count` − 1 arrived. */
function mustAdd(sum: number, count: number): void {
  if (sum !== (count * (count - 1)) / 2) throw new Error(`${count} values were sent, but their sum arrived as ${sum}`);
}

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
