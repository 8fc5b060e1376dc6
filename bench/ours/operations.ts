/**
 * The timed operations: values through one channel (the scenarios stream, stream-batch,
 * stream-unbuffered and fan-in), and tasks that answer each other (ping-pong, select and
 * spawn).
 *
 * The hot loops take `send` and `recv` at their word: what needs no waiting
 * returns at once, and only a promise is awaited. The plain form awaits
 * everything, as most programs will.
 *
 * `timeCase` times them inside the runtime: on one thread with the loop of
 * tinybench; between two threads by the rule that also times the rivals. Both give
 * the same number of runs of about the same length, and the range is the shortest
 * and the longest of these runs.
 */
import { bool, chan, go, i32, select, spawn, task, type Receiver, type Sender } from "../../src/index.ts";
import { FAN_IN_SIDES, SPAWN_WINDOW, STREAM_BATCH, STREAM_CAPACITY } from "../rivals/scenarios.ts";
import { inWindow, timeOperations, warmUp } from "../rivals/trial.ts";
import { Bench } from "tinybench";
import { limited, meetings, mutex, permits, ring, tree } from "./crowds.ts";
import { figureOf, type Configuration, type Figure } from "./figure.ts";

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

/** Takes `count` values in a hot loop; their sum. */
async function take(from: Receiver<number>, count: number): Promise<number> {
  let sum = 0;
  for (let left = count; left > 0; left--) {
    const got = from.recv();
    sum += typeof got === "number" ? got : ((await got) as number);
  }
  return sum;
}

/** As `take`, with a plain `await`. */
async function takePlainly(from: Receiver<number>, count: number): Promise<number> {
  let sum = 0;
  for (let left = count; left > 0; left--) sum += (await from.recv()) as number;
  return sum;
}

/** As `take`, `STREAM_BATCH` values at a time. */
async function takeBatches(from: Receiver<number>, count: number): Promise<number> {
  let sum = 0;
  for (let left = count; left > 0; ) {
    const got = from.recvMany(STREAM_BATCH);
    const values = (Array.isArray(got) ? got : await got) as number[];
    for (const value of values) sum += value;
    left -= values.length;
  }
  return sum;
}

/** One producer on thread `far`, the consumer here; checks that 0 … `count` − 1 arrived. */
async function pass(capacity: number, sender: typeof send, taker: typeof take, count: number, far: number): Promise<void> {
  const ch = chan(i32, capacity);
  go.on(far)(sender, ch, count);
  const sum = await taker(ch, count);
  ch.close();
  if (sum !== (count * (count - 1)) / 2) throw new Error(`${count} values were sent, but their sum arrived as ${sum}`);
}

/** Producers and consumers of one channel, placed by the runtime. */
async function fanIn(count: number): Promise<void> {
  const ch = chan(i32, STREAM_CAPACITY);
  const consumers = Array.from({ length: FAN_IN_SIDES }, () => spawn(receive, ch));
  const share = Math.ceil(count / FAN_IN_SIDES);
  await Promise.all(Array.from({ length: FAN_IN_SIDES }, () => spawn(send, ch, share)));
  ch.close();
  const got = await Promise.all(consumers);
  const received = got.reduce((total, [some]) => total + some, 0);
  if (received !== share * FAN_IN_SIDES) throw new Error(`${share * FAN_IN_SIDES} values were sent and ${received} received`);
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

/** Makes `count` round trips in a hot loop. */
async function bounce(ping: Sender<number>, pong: Receiver<number>, count: number): Promise<void> {
  for (let trip = 0; trip < count; trip++) {
    const sent = ping.send(trip);
    if (sent) await sent;
    const got = pong.recv();
    mustBe(typeof got === "number" ? got : await got, trip);
  }
}

/** As `bounce`, with plain `await`s. */
async function bouncePlainly(ping: Sender<number>, pong: Receiver<number>, count: number): Promise<void> {
  for (let trip = 0; trip < count; trip++) {
    await ping.send(trip);
    mustBe(await pong.recv(), trip);
  }
}

/** `count` round trips between here and a task on thread `far`. */
async function pingPong(answer: typeof echo, ask: typeof bounce, count: number, far: number): Promise<void> {
  const [ping, pong] = [chan(i32), chan(i32)];
  const echoing = spawn.on(far)(answer, ping, pong);
  await ask(ping, pong, count);
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
async function selectTwo(count: number, far: number): Promise<void> {
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
async function spawnMany(count: number): Promise<void> {
  await inWindow(count, SPAWN_WINDOW, () => spawn(empty));
}

/** As `spawnMany`, all on thread `far`. */
async function spawnFar(count: number, far: number): Promise<void> {
  const start = spawn.on(far);
  await inWindow(count, SPAWN_WINDOW, () => start(empty));
}

function mustBe(actual: number | undefined, expected: number): void {
  if (actual !== expected) throw new Error(`${actual} came where ${expected} was due`);
}

/** Does `count` operations, with its other half on thread `far`, and checks that all happened. */
type Operate = (count: number, far: number) => Promise<void>;

/** Every timed case, by scenario and form. */
export const TIMED: ReadonlyMap<string, Readonly<Record<string, Operate>>> = new Map<string, Record<string, Operate>>([
  ["spawn", { "least loaded": spawnMany, "on the other thread": spawnFar }],
  ["ping-pong", {
    "hot loop": (count, far) => pingPong(echo, bounce, count, far),
    await: (count, far) => pingPong(echoPlainly, bouncePlainly, count, far),
  }],
  ["stream", {
    "hot loop": (count, far) => pass(STREAM_CAPACITY, send, take, count, far),
    await: (count, far) => pass(STREAM_CAPACITY, sendPlainly, takePlainly, count, far),
  }],
  // the count is rounded up to whole batches
  ["stream-batch", { "hot loop": (count, far) => pass(STREAM_CAPACITY, sendBatches, takeBatches, Math.ceil(count / STREAM_BATCH) * STREAM_BATCH, far) }],
  ["stream-unbuffered", { "hot loop": (count, far) => pass(0, send, take, count, far) }],
  ["select", { "hot loop": selectTwo }],
  ["fan-in", { "hot loop": fanIn }],
  ["ring", { "hot loop": ring }],
  ["mutex", { await: mutex }],
  ["tree", { await: tree }],
  ["chameneos", { await: meetings }],
  ["compute", { semaphore: permits, group: limited }],
]);

/** Times one case; runs on thread 0. The figure is nanoseconds an operation. */
export const timeCase = task(import.meta, async function timeCase(configuration: Configuration): Promise<Figure> {
  const { scenario, form, threads } = configuration;
  const operate = TIMED.get(scenario)?.[form];
  if (operate === undefined) throw new RangeError(`there is no case ${scenario}, ${form}`);
  return threads === 1 ? timeAlone(configuration, (count) => operate(count, 0)) : timeTogether(configuration, (count) => operate(count, threads - 1));
});

async function timeTogether(configuration: Configuration, operate: (count: number) => Promise<void>): Promise<Figure> {
  const { threads, runs, runMs } = configuration;
  // The scenario decides the unit alone, and every timed one has the same.
  const row = { rival: "warren", version: "", scenario: "stream", threads } as const;
  const { value, runs: values } = await timeOperations(row, { runs, runMs, threads: [threads], wanted: () => true }, operate);
  return figureOf(configuration, "ns", value, values);
}

/** An iteration of tinybench is one run: operations that take about `runMs` together. */
async function timeAlone(configuration: Configuration, operate: (count: number) => Promise<void>): Promise<Figure> {
  const { scenario, form, threads, runs, runMs } = configuration;
  const count = await warmUp(operate, runMs);
  const bench = new Bench({ name: scenario, time: 0, iterations: runs, warmup: false, throws: true });
  bench.add(form, async () => {
    await operate(count);
  });
  const [timed] = await bench.run();
  const result = timed?.result;
  if (result?.state !== "completed") throw new Error(`tinybench ended ${scenario} as ${result?.state}`);
  const { p50, min, max, samplesCount } = result.latency;
  const perOperation = (ms: number): number => (ms * 1e6) / count;
  return { kind: "figure", scenario, form, threads, value: perOperation(p50), unit: "ns", range: [perOperation(min), perOperation(max)], samples: samplesCount };
}
