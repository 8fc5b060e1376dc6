/**
 * The realistic balancer. Requesters send requests that contain a channel for the
 * reply. The balancer sends each request to the worker that its policy chooses. Workers
 * report on another channel when they are done. The worker sends the reply directly to
 * the requester. There is no lock, because only the balancer uses the pool.
 */
import { chan, chanOf, f64, i32, mark, select, spawn, struct, task, type Receiver, type Sender } from "../../src/index.ts";
import { seededRandom } from "../chance.ts";
import { Doze, type Slept } from "../doze.ts";
import { LoadMeter } from "./load.ts";
import { Pool, type Policy } from "./policy.ts";

/** A run. Plain data, which can be sent to any thread. Times are in units. */
export interface BalanceConfig {
  readonly policy: Policy;
  readonly requesters: number;
  readonly workers: number;
  /** Requests that a worker's channel holds: as many as there are requesters. With fewer, a balancer that waits to send to a worker, and that worker, which waits to report that it is done, would wait for each other. */
  readonly queue: number;
  /** Requesters pause for a time that is uniform on 0 … this; workers serve for a time that is uniform on 0 … `service`. */
  readonly think: number;
  readonly service: number;
  /** The run is measured from `warmup` to `length`, both counted from the start. */
  readonly warmup: number;
  readonly length: number;
  readonly unitMs: number;
  readonly seed: number;
}

/** The result of a run. */
export interface BalanceResult {
  readonly sent: number;
  /** Replies with the number of the request for which the requester waits. */
  readonly own: number;
  readonly completed: number;
  /** Workers that served as many requests as the balancer gave them. */
  readonly agreeing: number;
  /** Pending requests after the end. */
  readonly left: number;
  /** Time-weighted mean of the pending requests for each worker, and variance across the workers. */
  readonly meanPending: number;
  readonly variance: number;
  /** Time from request to reply in units, for requests that were answered in the measured time. */
  readonly responses: readonly number[];
  /** Intended and actual time of the workers' services. */
  readonly serving: Slept;
}

interface Request {
  readonly n: number;
  readonly reply: Sender<number>;
}

/** The starting line: every task waits at it before the run begins. */
interface Line {
  /** Where a task reports that it is at the line. */
  readonly present: Sender<number>;
  /** Sends the time at which the run began, on the clock that all threads share. */
  readonly begin: Receiver<number>;
}

interface Asked {
  readonly sent: number;
  readonly own: number;
  readonly responses: number[];
}

interface Balanced {
  /** By worker. */
  readonly given: number[];
  readonly completed: number;
  readonly left: number;
  readonly mean: number;
  readonly variance: number;
}

const request = struct({ n: i32, reply: chanOf(i32) });

const requester = task(import.meta, async function requester(index: number, work: Sender<Request>, line: Line, config: BalanceConfig): Promise<Asked> {
  const { requesters, think, unitMs, seed } = config;
  const random = seededRandom(seed + 0x9e37 * (index + 1));
  const doze = new Doze();
  const reply = chan(i32);
  const asked = { sent: 0, own: 0, responses: [] as number[] };
  const { fromMs, untilMs } = await periodOf(line, config);
  for (;;) {
    await doze.for(think * random() * unitMs);
    const startMs = nowMs();
    if (startMs >= untilMs && asked.sent > 0) break;
    const n = index + requesters * asked.sent;
    asked.sent += 1;
    mark("ask", index);
    await work.send({ n, reply });
    const answer = await reply.recv();
    const endMs = nowMs();
    mark("answered", index);
    asked.own += answer === n ? 1 : 0;
    if (endMs >= fromMs && endMs < untilMs) asked.responses.push((endMs - startMs) / unitMs);
  }
  reply.close();
  return asked;
});

const worker = task(import.meta, async function worker(index: number, requests: Receiver<Request>, done: Sender<number>, { service, unitMs, seed }: BalanceConfig): Promise<{ served: number; slept: Slept }> {
  const random = seededRandom(seed + 0x51ed * (index + 1));
  const doze = new Doze();
  let served = 0;
  for await (const { n, reply } of requests) {
    mark("serve", index);
    await doze.for(service * random() * unitMs);
    served += 1;
    mark("served", index);
    await reply.send(n);
    await done.send(index);
  }
  return { served, slept: doze.total };
});

const balancer = task(import.meta, async function balancer(work: Receiver<Request>, done: Receiver<number>, queues: Sender<Request>[], line: Line, config: BalanceConfig): Promise<Balanced> {
  const pool = new Pool(queues.length, config.policy, seededRandom(config.seed));
  const { fromMs, untilMs } = await periodOf(line, config);
  const meter = new LoadMeter(pool, queues.length, fromMs, untilMs);
  const given = queues.map(() => 0);
  let completed = 0;
  for (let isOpen = true; isOpen || pool.pending > 0;) {
    const event = await select({ work: isOpen ? work : undefined, done });
    meter.note(nowMs());
    if (event.case === "done") {
      const worker = event.value as number;
      mark("done", worker);
      pool.complete(worker);
      completed += 1;
    } else if (event.value === undefined) {
      isOpen = false;
    } else {
      const chosen = pool.dispatch();
      mark("give", chosen);
      given[chosen] += 1;
      await queues[chosen].send(event.value);
    }
  }
  meter.note(nowMs());
  for (const queue of queues) queue.close();
  return { given, completed, left: pool.pending, ...meter.result };
});

/** Starts requesters, workers and balancer, and collects their reports: the entry for `run`. */
export const realBalance = task(import.meta, async function realBalance(config: BalanceConfig): Promise<BalanceResult> {
  const work = chan(request);
  const done = chan(i32);
  const queues = Array.from({ length: config.workers }, () => chan(request, config.queue));
  const standing = 1 + config.requesters;
  const line = { present: chan(i32), begin: chan(f64, standing) };

  const balancing = spawn(balancer, work, done, queues, line, config);
  const serving = queues.map((queue, index) => spawn(worker, index, queue, done, config));
  const asking = Array.from({ length: config.requesters }, (_, index) => spawn(requester, index, work, line, config));
  for (let k = 0; k < standing; k++) await line.present.recv();
  await line.begin.sendMany(Array.from({ length: standing }, nowMs));

  const asked = await Promise.all(asking);
  work.close();
  const balanced = await balancing;
  const served = await Promise.all(serving);
  for (const channel of [done, line.present, line.begin]) channel.close();
  const sum = (of: (one: Asked) => number): number => asked.reduce((total, one) => total + of(one), 0);
  return {
    sent: sum(({ sent }) => sent),
    own: sum(({ own }) => own),
    completed: balanced.completed,
    agreeing: served.filter((one, index) => one.served === balanced.given[index]).length,
    left: balanced.left,
    meanPending: balanced.mean,
    variance: balanced.variance,
    responses: asked.flatMap(({ responses }) => responses),
    serving: served.reduce<Slept>((total, { slept }) => ({ askedMs: total.askedMs + slept.askedMs, sleptMs: total.sleptMs + slept.sleptMs }), { askedMs: 0, sleptMs: 0 }),
  };
});

/** Waits at the line for the beginning; returns the measured interval. */
async function periodOf({ present, begin }: Line, { warmup, length, unitMs }: BalanceConfig): Promise<{ fromMs: number; untilMs: number }> {
  await present.send(0);
  const startMs = (await begin.recv()) as number;
  return { fromMs: startMs + warmup * unitMs, untilMs: startMs + length * unitMs };
}

/** One clock for all threads. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
