/** The task of the upload service, in a module of its own: the threads import this file, and nothing of the server. */
import { createHash } from "node:crypto";
import { type Context, type Receiver, task, yieldNow } from "../../../src/index.ts";

/** Rounds between two checks of the context: about a millisecond of computing. */
export const ROUNDS_AT_A_TIME = 500;

/** Hashes a hash again, `rounds` times. This stands for the computing of a real service. */
export function stretch(sum: Buffer<ArrayBuffer>, rounds: number): Buffer<ArrayBuffer> {
  let last = sum;
  for (let round = 0; round < rounds; round++) last = createHash("sha256").update(last).digest();
  return last;
}

/**
 * The SHA-256 of an upload, hashed again `rounds` times. The chunks arrive while the
 * client sends them. Ends early, with the reason of `ctx`, when `ctx` is cancelled.
 */
export const digest = task(import.meta, "uploads.digest", async (ctx: Context, chunks: Receiver<Uint8Array>, rounds: number): Promise<string> => {
  const hash = createHash("sha256");
  const { signal } = ctx;
  for (let chunk = await chunks.recv({ signal }); chunk !== undefined; chunk = await chunks.recv({ signal })) hash.update(chunk);
  let sum = hash.digest();
  for (let left = rounds; left > 0; left -= ROUNDS_AT_A_TIME) {
    if (ctx.cancelled) throw ctx.reason;
    sum = stretch(sum, Math.min(left, ROUNDS_AT_A_TIME));
    await yieldNow();
  }
  return sum.toString("hex");
});
