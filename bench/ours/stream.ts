/**
 * Values through one channel: the scenarios stream, stream-batch,
 * stream-unbuffered and fan-in.
 *
 * The hot loops take `send` and `recv` at their word: what needs no waiting
 * returns at once, and only a promise is awaited. The plain form awaits
 * everything, as most programs will.
 */
import { chan, go, i32, spawn, task, type Receiver, type Sender } from "../../src/index.ts";
import { FAN_IN_SIDES, STREAM_BATCH, STREAM_CAPACITY } from "../rivals/scenarios.ts";

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
