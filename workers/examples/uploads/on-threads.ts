/** Hashes uploads on the threads of a runtime: this is where the service uses warren. */
import { type Context, type Runtime, type Sender, WarrenError, bool, bytes } from "../../../src/index.ts";
import { type Hash, HttpError } from "./service.ts";
import { digest } from "./tasks.ts";

export interface OnThreadsOptions {
  /** At most so many uploads are read and hashed at the same time; the others wait, and nothing is read of them. */
  readonly running: number;
  /** Time for one request, waiting included. */
  readonly deadlineMs: number;
}

/** Chunks of an upload that wait for its task. A client that sends faster than that waits. */
const CHUNKS = 4;

/** Each upload is a task. Its context ends it at the deadline, when the client has gone, or when the upload is refused. */
export function onThreads(rt: Runtime, { running, deadlineMs }: OnThreadsOptions): Hash {
  // A channel that is full while so many uploads are in progress.
  const places = rt.chan(bool, running);
  return async (body, rounds, gone) => {
    using ctx = rt.context(undefined, { timeout: deadlineMs });
    const cancel = (): void => void ctx.cancel(gone.reason);
    gone.addEventListener("abort", cancel);
    try {
      await places.send(true, { signal: ctx.signal });
      try {
        return await hashOne(rt, ctx, body, rounds);
      } finally {
        await places.recv();
      }
    } catch (error) {
      throw httpError(ctx.reason ?? error);
    } finally {
      gone.removeEventListener("abort", cancel);
    }
  };
}

async function hashOne(rt: Runtime, ctx: Context, body: AsyncIterable<Uint8Array>, rounds: number): Promise<string> {
  const chunks = rt.chan(bytes, CHUNKS);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) chunks.close();
    isOpen = false;
  };
  try {
    feed(body, chunks, ctx).then(close).catch(unlessStopped);
    return await rt.spawn(digest, ctx, chunks, rounds);
  } finally {
    // A channel is freed when it is closed and empty, so what the task has not received is taken out.
    close();
    while (chunks.tryRecv() !== undefined);
  }
}

/** Sends an upload to its task. A failure of the body cancels the context, which ends the task. */
async function feed(body: AsyncIterable<Uint8Array>, chunks: Sender<Uint8Array>, ctx: Context): Promise<void> {
  const { signal } = ctx;
  try {
    for await (const chunk of body) await chunks.send(chunk, { signal });
  } catch (error) {
    ctx.cancel(error);
  }
}

/** When the runtime has stopped, there is nothing left to close. */
function unlessStopped(error: unknown): void {
  if (!(error instanceof WarrenError && error.code === "ERR_RUNTIME_STOPPED")) throw error;
}

function httpError(error: unknown): unknown {
  if (!(error instanceof WarrenError)) return error;
  if (error.code === "ERR_DEADLINE") return new HttpError(504, "this took too long");
  if (error.code === "ERR_RUNTIME_STOPPED") return new HttpError(503, "the service is stopping");
  if (error.code === "ERR_ARENA_FULL") return new HttpError(503, "there is no memory left for this upload", { "retry-after": "1" });
  return error;
}
