/**
 * A node that is killed or suspended: `node child.ts '{"role": …}'`. It prints a line for
 * each thing that it has done, before it does the next; the parent reads them.
 */
import { writeSync } from "node:fs";
import { start, utf8 } from "../../src/index.ts";
import { type Delivery, type Queue, join } from "../../src/net/index.ts";
import { hang } from "./fault-tasks.ts";

export interface ChildOptions {
  readonly role: "consumer" | "producer" | "server";
  readonly servers: string;
  readonly name: string;
  readonly node: string;
  readonly leaseMs: number;
  readonly credit: number;
  readonly tries: number;
  /** A consumer handles so many values at the same time. */
  readonly handlers?: number;
  /** A consumer waits so long with each value, in milliseconds, on average. */
  readonly workMs?: number;
  /** A consumer acknowledges when it is told to. */
  readonly isHeld?: boolean;
  /** Ids of a producer that were sent before and not acknowledged. */
  readonly again?: readonly string[];
}

/** A value that ends its process. */
export const POISON = "poison";
const IN_FLIGHT = 16;

export function say(...words: readonly (string | number | boolean)[]): void {
  writeSync(1, `${words.join(" ")}\n`);
}

async function consume(jobs: Queue<string>, { credit, handlers = 1, workMs = 1, isHeld = false }: ChildOptions): Promise<void> {
  const inbox = await jobs.deliveries({ credit });
  say("ready");
  const told = isHeld ? new Promise((resolve) => void process.stdin.once("data", resolve)) : undefined;
  const handle = async (delivery: Delivery<string>): Promise<void> => {
    say("got", delivery.id, delivery.mayBeRepeated, delivery.attempt);
    if (delivery.value === POISON) {
      // Those that it was received with have begun, too.
      await wait(workMs);
      process.kill(process.pid, "SIGKILL");
    }
    await wait(2 * workMs * Math.random());
    await told;
    try {
      await delivery.ack();
      say("done", delivery.id);
    } catch (error) {
      say("failed", delivery.id, (error as { code: string }).code, delivery.signal.aborted);
    }
  };
  await Promise.all(Array.from({ length: handlers }, async () => {
    for await (const delivery of inbox) await handle(delivery);
  }));
}

async function produce(jobs: Queue<string>, { node, again = [] }: ChildOptions): Promise<void> {
  say("ready");
  let next = 0;
  const before = [...again];
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    for (;;) {
      const id = before.shift() ?? `${node}-${next++}`;
      say("sending", id);
      await jobs.send(id, { id });
      say("sent", id);
    }
  }));
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

if (process.argv[2] !== undefined && import.meta.main) {
  const options = JSON.parse(process.argv[2]) as ChildOptions;
  const { role, servers, name, node, leaseMs, tries } = options;
  const rt = await start({ threads: 1 });
  const net = await join(rt, { servers, name, node, beatMs: 100 });
  if (role === "server") {
    await net.serve([hang]);
    say("ready");
  } else {
    const jobs = await net.queue("jobs", utf8, { leaseMs, tries });
    await (role === "consumer" ? consume(jobs, options) : produce(jobs, options));
  }
}
