/** The options of a queue, checked once. */
import { WarrenError, printValue } from "../../errors.ts";
import { MOST_MS, checkCount, checkKeys } from "../link/options.ts";
import { checkName } from "../link/names.ts";

/** Options of `net.queue`. Those of the queue itself are kept on the server: all programs must give the same, or none. */
export interface QueueOptions {
  /** So many values the queue holds, those that are being handled included. 10,000 by default. */
  readonly capacity?: number | undefined;
  /** What `send` does when the queue is full: it waits, or it fails with ERR_QUEUE_FULL. "wait" by default. */
  readonly whenFull?: "wait" | "refuse" | undefined;
  /** For so long, in milliseconds, a delivery belongs to a node without a sign of life from it. A node that lives renews its leases. 30,000 by default. */
  readonly leaseMs?: number | undefined;
  /** So often a value is started before it goes to the queue of dead letters. 5 by default. */
  readonly tries?: number | undefined;
  /** For so long, in milliseconds, a second send with the same `id` is recognised. 120,000 by default. */
  readonly dedupeMs?: number | undefined;
  /** The queue for values that failed: `<name>.dead` by default; `false`: they are dropped. A queue whose name ends with ".dead" has none. */
  readonly dead?: string | false | undefined;
  /** So many servers of a cluster keep the values. 1 by default. */
  readonly replicas?: number | undefined;
  /** Changes the options of a queue that is there to those given. `leaseMs` changes only while no node takes deliveries. */
  readonly update?: boolean | undefined;
}

export interface ResolvedQueue {
  readonly capacity: number;
  readonly whenFull: "wait" | "refuse";
  /** That of the server, if the program does not say. */
  leaseMs: number;
  readonly tries: number;
  readonly dedupeMs: number;
  readonly dead: string | undefined;
  readonly replicas: number;
  readonly update: boolean;
  /** The options that the program gave. */
  readonly asked: ReadonlySet<string>;
}

const KNOWN = ["capacity", "whenFull", "leaseMs", "tries", "dedupeMs", "dead", "replicas", "update"];
const DEAD = ".dead";

/** @throws ERR_INVALID_ARGUMENT */
export function resolveQueue(queue: string, options: QueueOptions): ResolvedQueue {
  checkKeys(`queue ${queue}`, options, KNOWN);
  const { capacity = 10_000, whenFull = "wait", leaseMs = 30_000, tries = 5, dedupeMs = 120_000, replicas = 1, update = false } = options;
  const { dead = queue.endsWith(DEAD) ? false : `${queue}${DEAD}` } = options;
  checkCount(`capacity of queue ${queue}`, capacity, 1, 1_000_000_000);
  if (whenFull !== "wait" && whenFull !== "refuse") throw new WarrenError("ERR_INVALID_ARGUMENT", `the option whenFull of queue ${queue} must be "wait" or "refuse", not ${printValue(whenFull)}`);
  // Whole milliseconds, because the server counts whole nanoseconds.
  checkCount(`leaseMs of queue ${queue}`, leaseMs, 100, MOST_MS);
  if (tries !== Infinity) checkCount(`tries of queue ${queue}`, tries, 1, 1_000_000);
  checkCount(`dedupeMs of queue ${queue}`, dedupeMs, 100, MOST_MS);
  checkCount(`replicas of queue ${queue}`, replicas, 1, 5);
  if (typeof update !== "boolean") throw new WarrenError("ERR_INVALID_ARGUMENT", `the option update of queue ${queue} must be true or false, not ${printValue(update)}`);
  if (dead !== false) checkName(`the option dead of queue ${queue}`, dead, true);
  if (dead === queue) throw new WarrenError("ERR_INVALID_ARGUMENT", `the queue ${queue} cannot be its own queue of dead letters`);
  const asked = new Set(Object.keys(options).filter((key) => options[key as keyof QueueOptions] !== undefined));
  return { capacity, whenFull, leaseMs, tries: dead === false && options.tries === undefined ? Infinity : tries, dedupeMs, dead: dead === false ? undefined : dead, replicas, update, asked };
}
