/**
 * One job on many nodes: its pieces of work are remote tasks, each with a key.
 *
 * Invariants: the result of each piece is added exactly once, in the order of the pieces.
 * A piece is started a second time only if its node was lost, and then it is listed in
 * `repeated`, because the lost node may have done it.
 */
import { setTimeout } from "node:timers/promises";
import { WarrenError } from "../../errors.ts";
import type { Net } from "../../net/index.ts";
import type { Runtime } from "../../index.ts";
import { FileError } from "../options/values.ts";

/** A job in pieces that do not depend on each other. `P`: a piece, `R`: what comes of it, `T`: what comes of all. */
export interface Job<P = unknown, R = unknown, T = unknown> {
  // oxlint-disable-next-line no-explicit-any -- any parameter list
  readonly task: (...args: any[]) => Promise<R>;
  /** The export of workers/talk.ts. */
  readonly taskName: string;
  readonly pieces: readonly P[];
  /** The arguments for a piece; of a piece of nothing without one. */
  args(piece?: P): unknown[];
  /** Files of a piece, for people. */
  files(piece: P): readonly string[];
  /** Two parts of a piece whose result does not fit into a message, and what makes one result of theirs; `null`: it cannot be divided. */
  halves(piece: P): { readonly parts: readonly [P, P]; readonly join: (first: R, second: R) => R } | null;
  /** Collects the results, in the order of the pieces. */
  collect(): Collector<R, T>;
}

export interface Collector<R, T> {
  add(result: R, index: number): void;
  end(): T;
}

/** A piece that was started on a node which was lost, and then on another. */
export interface Repeated {
  readonly piece: number;
  /** The node that was lost; `null`: it had not said that it has the piece. */
  readonly node: string | null;
}

/** How a job was done once. */
export interface Pass<T> {
  readonly ms: number;
  readonly value: T;
  readonly repeated: readonly Repeated[];
}

/** So often a piece is started: one that ends its node each time must not end all of them. */
const MOST_STARTS = 4;
/** How long there can be no node, or no connection, before the job is given up. */
const ALONE_MS = 15_000;
const AGAIN_MS = 100;
/** Pieces under way for each thread: some wait at the node, so that it need not. */
const AHEAD = 3;

/** Does the job on the threads of one process. */
export function here<P, R, T>(rt: Runtime, job: Job<P, R, T>): Promise<Pass<T>> {
  return timed(job, () => AHEAD * rt.threads, (piece) => rt.spawn(job.task, ...job.args(piece)) as Promise<R>, []);
}

/** Does the job on the nodes. `threads`: how many they have now; `done`: called after each piece. @throws FileError */
export function onNodes<P, R, T>(net: Net, job: Job<P, R, T>, { run, threads, done }: { readonly run: string; readonly threads: () => number; readonly done: (pieces: number) => void }): Promise<Pass<T>> {
  const repeated: Repeated[] = [];
  let finished = 0;
  let heardMs = performance.now();
  const one = async (piece: P, index: number): Promise<R> => {
    const result = await part(piece, index, String(index));
    done(++finished);
    return result;
  };
  const part = async (piece: P, index: number, key: string): Promise<R> => {
    for (let starts = 1; ; ) {
      try {
        const result = (await net.spawn.with({ key: `${run} ${key}` })(job.task, ...job.args(piece))) as R;
        heardMs = performance.now();
        return result;
      } catch (error) {
        const { code, details } = error instanceof WarrenError ? error : { code: undefined, details: {} };
        const halves = code === "ERR_TOO_BIG" ? job.halves(piece) : null;
        if (halves !== null) {
          const [first, second] = await Promise.all(halves.parts.map((half, side) => part(half, index, `${key}.${side}`)));
          return halves.join(first as R, second as R);
        }
        if (code === "ERR_NODE_LOST") {
          repeated.push({ piece: index, node: typeof details["node"] === "string" ? details["node"] : null });
          if (++starts > MOST_STARTS) throw new FileError(`${MOST_STARTS} nodes were lost with one piece of the work: ${job.files(piece).join(", ")}`);
        } else if (code !== "ERR_NO_NODE" && code !== "ERR_NET_DOWN") {
          throw failure(error);
        } else if (performance.now() - heardMs > ALONE_MS) {
          throw new FileError(`given up after ${ALONE_MS / 1000} s, ${finished} of ${job.pieces.length} pieces are done: ${(error as Error).message}`);
        }
        await setTimeout(AGAIN_MS);
      }
    }
  };
  return timed(job, () => AHEAD * threads(), one, repeated);
}

/** What a task has thrown, with its node. */
function failure(error: unknown): unknown {
  const { node, message } = error as { readonly node?: unknown; readonly message?: unknown };
  if (error instanceof WarrenError) return new FileError(error.message);
  if (typeof node !== "string") return error;
  return new FileError(`node ${node}: ${String(message)}. Each node reads the files itself, so they must be at the same path there`);
}

async function timed<P, R, T>({ pieces, collect }: Job<P, R, T>, most: () => number, run: (piece: P, index: number) => Promise<R>, repeated: readonly Repeated[]): Promise<Pass<T>> {
  const startMs = performance.now();
  const collector = collect();
  const ready = new Map<number, R>();
  const underWay = new Set<Promise<void>>();
  let added = 0;
  for (const [index, piece] of pieces.entries()) {
    while (underWay.size >= Math.max(1, most())) await Promise.race(underWay);
    const work: Promise<void> = run(piece, index).then((result) => {
      underWay.delete(work);
      ready.set(index, result);
      for (; ready.has(added); added++) {
        collector.add(ready.get(added) as R, added);
        ready.delete(added);
      }
    });
    underWay.add(work);
  }
  await Promise.all(underWay);
  return { value: collector.end(), ms: performance.now() - startMs, repeated };
}
