/** What the service of workers/examples/uploads does the work with: warren, piscina, or nothing but its own thread. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { type Hash, HttpError } from "../../workers/examples/uploads/service.ts";
import { ROUNDS_AT_A_TIME, stretch } from "../../workers/examples/uploads/tasks.ts";
import { moduleBeside } from "../rivals/program.ts";

export const FORMS = ["one thread", "piscina", "warren"] as const;
export type Form = (typeof FORMS)[number];

/** The part of the service that differs. Each form is imported only where it is used. */
export interface BackEnd {
  readonly hash: Hash;
  readonly metrics: () => Promise<string>;
}

const none = async (): Promise<string> => "";

export async function openForm(form: Form, threads: number, deadlineMs: number): Promise<BackEnd> {
  if (form === "warren") return openWarren(threads, deadlineMs);
  return { hash: form === "piscina" ? await openPiscina(threads, deadlineMs) : onThisThread(deadlineMs), metrics: none };
}

async function openWarren(threads: number, deadlineMs: number): Promise<BackEnd> {
  const [{ formatMetrics, start }, { onThreads }] = await Promise.all([import("../../src/index.ts"), import("../../workers/examples/uploads/on-threads.ts")]);
  const rt = await start({ threads });
  return { hash: onThreads(rt, { running: 2 * threads, deadlineMs }), metrics: async () => formatMetrics(await rt.stats()) };
}

/** As its users write it: the body is collected, then moved to a thread of the pool. A request that is given up while it is computed ends its thread. */
async function openPiscina(threads: number, deadlineMs: number): Promise<Hash> {
  const { Piscina } = await import("piscina");
  const pool = new Piscina({ filename: moduleBeside(import.meta.url, "./piscina-worker").href, minThreads: threads, maxThreads: threads });
  await Promise.all(pool.threads.map((one) => once(one, "message")));
  return async (chunks, rounds, gone) => {
    const body = Buffer.concat(await Array.fromAsync(chunks));
    const isAlone = body.byteLength === body.buffer.byteLength;
    try {
      return (await pool.run({ body, rounds }, { signal: AbortSignal.any([gone, AbortSignal.timeout(deadlineMs)]), ...(isAlone ? { transferList: [body.buffer] } : {}) })) as string;
    } catch (error) {
      throw (error as Error).name === "AbortError" ? new HttpError(504, "this took too long") : error;
    }
  };
}

/** Without threads. It gives the other requests their turn as often as the task does. */
function onThisThread(deadlineMs: number): Hash {
  return async (chunks, rounds, gone) => {
    const endMs = performance.now() + deadlineMs;
    const hash = createHash("sha256");
    for await (const chunk of chunks) hash.update(chunk);
    let sum = hash.digest();
    for (let left = rounds; left > 0; left -= ROUNDS_AT_A_TIME) {
      if (gone.aborted) throw gone.reason;
      if (performance.now() > endMs) throw new HttpError(504, "this took too long");
      sum = stretch(sum, Math.min(left, ROUNDS_AT_A_TIME));
      await setImmediate();
    }
    return sum.toString("hex");
  };
}
