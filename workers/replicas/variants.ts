/**
 * The four classic ways to write the replicated query without cancelling. They differ in
 * two points: the capacity of the reply channel, and whether a replica waits until its
 * answer is received. Two of them are right and two are wrong.
 */
import { chan, go, i32, sleep, spawn, task, type Sender } from "../../src/index.ts";

/** How the replicas answer. */
export interface Variant {
  readonly name: string;
  /** Capacity of the reply channel; `null`: the number of replicas. */
  readonly room: number | null;
  /** True: a replica waits until there is room or a receiver. False: it gives up. */
  readonly waits: boolean;
}

/** The four variants, the right ones first. */
export const VARIANTS = {
  roomForAll: { name: "room for all, send", room: null, waits: true },
  roomForOne: { name: "room for one, send or give up", room: 1, waits: false },
  noRoom: { name: "no room, send or give up", room: 0, waits: false },
  noRoomWaiting: { name: "no room, send", room: 0, waits: true },
} as const satisfies Record<string, Variant>;

/** Waits, then answers in one of the two ways. */
const hasty = task(import.meta, async function hasty(index: number, latencyMs: number, reply: Sender<number>, waits: boolean): Promise<void> {
  await sleep(latencyMs);
  if (waits) await reply.send(index);
  else reply.trySend(index);
});

/**
 * Asks `queries` times, takes each first answer and forgets the other replicas,
 * which answer up to `spreadMs` later. Returns the number of answers.
 */
export const forgetReplicas = task(import.meta, async function forgetReplicas({ room, waits }: Variant, replicas: number, queries: number, spreadMs: number): Promise<number> {
  let answers = 0;
  for (let query = 0; query < queries; query++) {
    const reply = chan(i32, room ?? replicas);
    for (let k = 0; k < replicas; k++) go(hasty, k, (spreadMs * k) / replicas, reply, waits);
    if ((await reply.recv()) !== undefined) answers += 1;
  }
  return answers;
});

/**
 * Asks, and does something else until all replicas have ended; only then it checks for
 * an answer. Only for variants in which no replica waits to send.
 */
export const askLate = task(import.meta, async function askLate({ room, waits }: Variant, replicas: number): Promise<number | undefined> {
  const reply = chan(i32, room ?? replicas);
  await Promise.all(Array.from({ length: replicas }, (_, k) => spawn(hasty, k, 0, reply, waits)));
  return reply.recv();
});
