/**
 * The timed operations: values through one channel (the scenarios stream, stream-batch,
 * stream-unbuffered and fan-in), and tasks that answer each other (ping-pong, select and
 * spawn).
 *
 * The hot loops take `send` and `recv` at their word: what needs no waiting
 * returns immediately, and only a promise is awaited. The plain form awaits
 * everything, as most programs will.
 *
 * Where two tasks share a channel, both stay from batch to batch: a batch is a number of
 * operations in the middle of their work, and what starts, and what a thread learns from
 * the first operations, is in the warm-up.
 *
 * `timeCase` times them inside the runtime, with the programs of chains.ts, skynet.ts,
 * pile.ts and crowds.ts: operations in batches (`timeOperations`), whole programs once.
 */
import { bool, chan, i32, select, spawn, task, type Receiver, type Sender } from "../../src/index.ts";
import { timePile } from "../files/work.ts";
import { FAN_IN_SIDES, SIEVE_PRIMES, SPAWN_WINDOW, STREAM_BATCH, STREAM_CAPACITY } from "../rivals/scenarios.ts";
import { inWindow, timeOnce, timeOperations } from "../rivals/trial.ts";
import type { Trial } from "../rounds/contestant.ts";
import { openRing, sieve, SIEVE_WARM_PRIMES, type Opened } from "./chains.ts";
import { limited, meetings, mutex, permits, tree } from "./crowds.ts";
import { PILE_FORMS } from "./pile.ts";
import { skynet } from "./skynet.ts";

/** Ends what a closed channel ends. */
async function untilClosed(sending: Promise<void>): Promise<void> {
  await sending.catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== "ERR_CHANNEL_CLOSED") throw error;
  });
}

/** Sends 0, 1, 2 … in a hot loop. */
async function sendAll(out: Sender<number>): Promise<void> {
  for (let value = 0; ; value++) {
    const sent = out.send(value);
    if (sent) await sent;
  }
}

/** Sends until the channel is closed. */
const send = task(import.meta, async function send(out: Sender<number>): Promise<void> {
  await untilClosed(sendAll(out));
});

/** As `sendAll`, with a plain `await`. */
async function sendAllPlainly(out: Sender<number>): Promise<void> {
  for (let value = 0; ; value++) await out.send(value);
}

/** As `send`, with a plain `await`. */
const sendPlainly = task(import.meta, async function sendPlainly(out: Sender<number>): Promise<void> {
  await untilClosed(sendAllPlainly(out));
});

/** As `sendAll`, `STREAM_BATCH` values at a time. */
async function sendAllBatches(out: Sender<number>): Promise<void> {
  const values = new Int32Array(STREAM_BATCH);
  for (let value = 0; ; value += STREAM_BATCH) {
    for (let k = 0; k < STREAM_BATCH; k++) values[k] = value + k;
    const sent = out.sendMany(values);
    if (sent) await sent;
  }
}

/** As `send`, `STREAM_BATCH` values at a time. */
const sendBatches = task(import.meta, async function sendBatches(out: Sender<number>): Promise<void> {
  await untilClosed(sendAllBatches(out));
});

/** What a consumer has taken so far. */
interface Taken {
  readonly count: number;
  readonly sum: number;
}

/** Takes `count` values in a hot loop. */
async function take(from: Receiver<number>, count: number): Promise<Taken> {
  let sum = 0;
  for (let left = count; left > 0; left--) {
    const got = from.recv();
    sum += typeof got === "number" ? got : ((await got) as number);
  }
  return { count, sum };
}

/** As `take`, with a plain `await`. */
async function takePlainly(from: Receiver<number>, count: number): Promise<Taken> {
  let sum = 0;
  for (let left = count; left > 0; left--) sum += (await from.recv()) as number;
  return { count, sum };
}

/** As `take`, `STREAM_BATCH` values at a time; it can take more than `count`, by less than a batch. */
async function takeBatches(from: Receiver<number>, count: number): Promise<Taken> {
  let sum = 0;
  let left = count;
  while (left > 0) {
    const got = from.recvMany(STREAM_BATCH);
    const values = (Array.isArray(got) ? got : await got) as number[];
    for (const value of values) sum += value;
    left -= values.length;
  }
  return { count: count - left, sum };
}

/** A producer on thread `far`, the consumer here; checks that the values that arrive are 0, 1, 2 … */
async function openStream(capacity: number, sender: typeof send, taker: typeof take, far: number): Promise<Opened> {
  const ch = chan(i32, capacity);
  const sending = spawn.on(far)(sender, ch);
  let received = 0;
  return {
    operate: async (wanted) => {
      const { count, sum } = await taker(ch, wanted);
      if (sum !== received * count + (count * (count - 1)) / 2) throw new Error(`after ${received} values, the sum of the next ${count} is ${sum}`);
      received += count;
    },
    close: async () => {
      ch.close();
      await sending;
    },
  };
}

/** Sends 0 … `count` − 1 in a hot loop; the channel stays open. */
const sendShare = task(import.meta, async function sendShare(out: Sender<number>, count: number): Promise<void> {
  for (let value = 0; value < count; value++) {
    const sent = out.send(value);
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

/** Producers and consumers of one channel, placed by the runtime. */
async function fanIn(count: number): Promise<void> {
  const ch = chan(i32, STREAM_CAPACITY);
  const consumers = Array.from({ length: FAN_IN_SIDES }, () => spawn(receive, ch));
  const share = Math.ceil(count / FAN_IN_SIDES);
  await Promise.all(Array.from({ length: FAN_IN_SIDES }, () => spawn(sendShare, ch, share)));
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

/** Round trips between here and a task on thread `far`. */
async function openPingPong(answer: typeof echo, ask: typeof bounce, far: number): Promise<Opened> {
  const [ping, pong] = [chan(i32), chan(i32)];
  const echoing = spawn.on(far)(answer, ping, pong);
  return {
    operate: (count) => ask(ping, pong, count),
    close: async () => {
      ping.close();
      await echoing;
      pong.close();
    },
  };
}

/** Receives from two producers on thread `far` by select; a third case would report the end of one. */
async function openSelect(far: number): Promise<Opened> {
  const [x, y, done] = [chan(i32, STREAM_CAPACITY), chan(i32, STREAM_CAPACITY), chan(bool)];
  const sending = [spawn.on(far)(send, x), spawn.on(far)(send, y)];
  const next = { x: 0, y: 0 };
  return {
    operate: async (count) => {
      for (let left = count; left > 0; left--) {
        const selected = select({ x, y, done });
        const { case: chosen, value } = selected instanceof Promise ? await selected : selected;
        if (chosen === "done") throw new Error("a producer has ended");
        mustBe(value, next[chosen]++);
      }
    },
    close: async () => {
      for (const ch of [x, y, done]) ch.close();
      await Promise.all(sending);
    },
  };
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

/** Does `count` operations and checks that all happened. */
type Operate = (count: number) => Promise<void>;

/** Cases that start anew in each batch, because starting is part of the work or costs next to nothing. */
const always = (operate: Operate) => async (): Promise<Opened> => ({ operate, close: async () => undefined });

/** Every case that is timed in batches, by scenario and form; its other half is on thread `far`. */
const TIMED: ReadonlyMap<string, Readonly<Record<string, (far: number) => Promise<Opened>>>> = new Map<string, Record<string, (far: number) => Promise<Opened>>>([
  ["spawn", { "least loaded": always(spawnMany), "on the other thread": async (far) => ({ operate: (count) => spawnFar(count, far), close: async () => undefined }) }],
  ["ping-pong", { "hot loop": (far) => openPingPong(echo, bounce, far), await: (far) => openPingPong(echoPlainly, bouncePlainly, far) }],
  ["stream", { "hot loop": (far) => openStream(STREAM_CAPACITY, send, take, far), await: (far) => openStream(STREAM_CAPACITY, sendPlainly, takePlainly, far) }],
  ["stream-batch", { "hot loop": (far) => openStream(STREAM_CAPACITY, sendBatches, takeBatches, far) }],
  ["stream-unbuffered", { "hot loop": (far) => openStream(0, send, take, far) }],
  ["select", { "hot loop": openSelect }],
  ["fan-in", { "hot loop": always(fanIn) }],
  ["ring", { "hot loop": openRing }],
  ["mutex", { await: always(mutex) }],
  ["tree", { await: always(tree) }],
  ["chameneos", { await: always(meetings) }],
  ["compute", { semaphore: always(permits), group: always(limited) }],
]);

/** A program that is timed once, after a warm-up of its own: milliseconds. */
type TimeWhole = (form: string, threads: number, trial: Trial) => Promise<number>;

const WHOLE: ReadonlyMap<string, TimeWhole> = new Map<string, TimeWhole>([
  ["sieve", async () => {
    await sieve(SIEVE_WARM_PRIMES);
    return timeOnce(() => sieve(SIEVE_PRIMES));
  }],
  // so many tasks that most of it runs warm
  ["skynet", (_form, _threads, { leaves }) => timeOnce(() => skynet(leaves))],
  ["files", async (form, threads, { pile }) => {
    const work = PILE_FORMS[form];
    if (pile === undefined || work === undefined) throw new RangeError(`there is no pile, or no form ${form}`);
    return timePile(pile, (paths) => work(paths, threads));
  }],
]);

/** Times one case; runs on thread 0. The figure is in the unit of the scenario. */
export const timeCase = task(import.meta, async function timeCase(scenario: string, form: string, threads: number, trial: Trial): Promise<number> {
  const whole = WHOLE.get(scenario);
  if (whole !== undefined) return whole(form, threads, trial);
  const open = TIMED.get(scenario)?.[form];
  if (open === undefined) throw new RangeError(`there is no case ${scenario}, ${form}`);
  const { operate, close } = await open(threads - 1);
  const ns = await timeOperations(operate, threads, trial);
  await close();
  return ns;
});
