/**
 * One measurement of `warren net bench`, in a process of its own, printed as one line of JSON:
 *
 *     node bench/net/child.ts '{"scenario":"spawn","who":"warren","server":"127.0.0.1:4222","count":5000}'
 *
 * With `"role":"node"` it is the other side of a remote call; it says `ready`, and ends
 * when its standard input ends.
 */
import { createRequire } from "node:module";
import { once } from "node:events";
import { bytes, start } from "../../src/index.ts";
import { join } from "../../src/net/index.ts";
import type { NetRun } from "./scenarios.ts";
import { echo } from "./tasks.ts";

/** Operations in flight at the same time. */
const IN_FLIGHT = 64;
/** Operations for about so long are not timed: V8 compiles meanwhile. */
const WARM_MS = 1000;
/** Deliveries that are not timed, as a part of those that are. */
const WARM_PART = 0.5;
const NAME = "bench";


/** Times `count` operations, 64 in flight; microseconds for one. */
async function timed(count: number, once: () => Promise<unknown>): Promise<number> {
  for (const untilMs = performance.now() + WARM_MS; performance.now() < untilMs; ) await together(IN_FLIGHT * 10, once);
  const fromMs = performance.now();
  await together(count, once);
  return ((performance.now() - fromMs) * 1000) / count;
}

async function together(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (left-- > 0) await work();
  }));
}

async function warren({ scenario, server, size, count, round }: NetRun): Promise<number> {
  await using rt = await start({ threads: 1 });
  await using net = await join(rt, { name: NAME, servers: server });
  const value = new Uint8Array(size);
  if (scenario === "spawn") return await timed(count, () => net.spawn(echo, value));
  const queue = await net.queue(`${scenario}-${size}-${round}`, bytes, { capacity: 10_000_000 });
  if (scenario === "send") return await timed(count, () => queue.send(value));
  await together(Math.ceil(count * (1 + WARM_PART)), () => queue.send(value));
  await using inbox = await queue.deliveries({ credit: 256 });
  return await handled(count, async (done) => {
    for await (const delivery of inbox) {
      if (delivery.value.length !== size) throw new Error("a value has changed");
      await delivery.ack();
      if (done()) return;
    }
  });
}

/** Times `count` deliveries after the first ones; microseconds for one. */
async function handled(count: number, run: (done: () => boolean) => Promise<void>): Promise<number> {
  const warm = Math.ceil(count * WARM_PART);
  let fromMs = 0;
  let seen = 0;
  await run(() => {
    if (++seen === warm) fromMs = performance.now();
    return seen === warm + count;
  });
  return ((performance.now() - fromMs) * 1000) / count;
}

async function bare({ scenario, server, size, count, round }: NetRun): Promise<number> {
  const { connect, nanos } = await import("@nats-io/transport-node");
  const { AckPolicy, DiscardPolicy, RetentionPolicy, jetstream, jetstreamManager } = await import("@nats-io/jetstream");
  const nc = await connect({ servers: server, noAsyncTraces: true });
  try {
    const value = new Uint8Array(size);
    if (scenario === "spawn") return await timed(count, () => nc.request("bench.bare", value));
    const stream = `bare-${scenario}-${size}-${round}`;
    const manager = await jetstreamManager(nc);
    await manager.streams.add({ name: stream, subjects: [stream], retention: RetentionPolicy.Workqueue, discard: DiscardPolicy.New, max_msgs: 10_000_000, duplicate_window: nanos(120_000) });
    await manager.consumers.add(stream, { durable_name: "bare", ack_policy: AckPolicy.Explicit, max_ack_pending: -1 });
    const js = jetstream(nc);
    let id = 0;
    const send = (): Promise<unknown> => js.publish(stream, value, { msgID: `${process.pid}-${id++}` });
    if (scenario === "send") return await timed(count, send);
    await together(Math.ceil(count * (1 + WARM_PART)), send);
    const messages = await (await js.consumers.get(stream, "bare")).consume({ max_messages: 256 });
    return await handled(count, async (done) => {
      for await (const message of messages) {
        if (message.data.length !== size) throw new Error("a value has changed");
        message.ack();
        if (done()) return;
      }
    });
  } finally {
    await nc.close();
  }
}

/** BullMQ, as its documentation shows it. It has no typed values: text. */
async function bullmq({ scenario, redis, size, count, round }: NetRun): Promise<number> {
  const { Queue, Worker } = createRequire(new URL("../rivals/peers/package.json", import.meta.url))("bullmq") as BullMq;
  const connection = { host: "127.0.0.1", port: redis as number };
  const name = `${scenario}-${size}-${round}`;
  const queue = new Queue(name, { connection });
  const value = { text: "x".repeat(size) };
  const send = (): Promise<unknown> => queue.add("job", value, { removeOnComplete: true });
  try {
    if (scenario === "send") return await timed(count, send);
    await together(Math.ceil(count * (1 + WARM_PART)), send);
    const { promise, resolve } = Promise.withResolvers<void>();
    let worker: InstanceType<BullMq["Worker"]> | undefined;
    const us = await handled(count, async (done) => {
      worker = new Worker(name, async ({ data }) => {
        if (data.text.length !== size) throw new Error("a value has changed");
      }, { connection, concurrency: IN_FLIGHT });
      worker.on("completed", () => {
        if (done()) resolve();
      });
      await promise;
    });
    await worker?.close(true);
    return us;
  } finally {
    await queue.close();
  }
}

/** The part of BullMQ that is used here. */
interface BullMq {
  readonly Queue: new (name: string, options: object) => { add(name: string, data: object, options: object): Promise<unknown>; close(): Promise<void> };
  readonly Worker: new (name: string, work: (job: { readonly data: { readonly text: string } }) => Promise<void>, options: object) => { on(event: string, listener: () => void): void; close(force: boolean): Promise<void> };
}

/** The other side of a remote call. */
async function beNode({ who, server }: NetRun): Promise<void> {
  if (who === "warren") {
    const rt = await start({ threads: 1 });
    const net = await join(rt, { name: NAME, servers: server });
    await net.serve([echo]);
    console.log("ready");
    await once(process.stdin.resume(), "end");
    await net.close();
    await rt.stop();
    return;
  }
  const { connect } = await import("@nats-io/transport-node");
  const nc = await connect({ servers: server, noAsyncTraces: true });
  nc.subscribe("bench.bare", { callback: (_, message) => void message.respond(message.data) });
  await nc.flush();
  console.log("ready");
  await once(process.stdin.resume(), "end");
  await nc.close();
}

const run = JSON.parse(process.argv[2] ?? "{}") as NetRun;
if (run.role === "node") await beNode(run);
else {
  const us = await { warren, bare, bullmq }[run.who](run);
  console.log(JSON.stringify({ us }));
}
