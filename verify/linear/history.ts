/**
 * What three threads did to one channel, and whether some order of it is one that
 * a plain queue could have done.
 *
 * A history is linearizable if each operation can be given one moment between its
 * invocation and its return at which it happened at once, and the queue then does
 * what was seen. Stamps come from one shared counter, so "before" is the same for
 * all threads. An operation that was cancelled has done nothing: its place in the
 * history is empty. That is warren's promise, and stronger than what the checkers
 * read for this allow (Lincheck: a suspended operation may have taken effect).
 *
 * With capacity 0 a send and its receive happen at one moment, together. There a
 * try that fails is always right: nothing tells when a waiting operation that has
 * begun is there. `length`, `isOpen` and the like are not part of it.
 *
 * Source of the checker: Wing and Gong (1993) with Lowe's memory of states.
 */

export type Verb = "send" | "trySend" | "recv" | "tryRecv" | "close";
/** A value received, "ok", "full", "empty" (also: closed and drained), or "closed" for ERR_CHANNEL_CLOSED. */
export type Result = number | "ok" | "full" | "empty" | "closed" | "cancelled";

export interface Op {
  readonly verb: Verb;
  /** The value of a send. */
  readonly value: number;
  readonly invoked: number;
  readonly returned: number;
  readonly result: Result;
}

export interface History {
  readonly capacity: number;
  /** Values sent before the threads began. */
  readonly before: readonly number[];
  readonly ops: readonly Op[];
}

/** The most operations that are checked: the search is exponential where memory does not help. */
const MOST_OPS = 16;

interface Queue {
  readonly values: readonly number[];
  readonly isClosed: boolean;
}

/** The queue after `op`, if the operation can have had its result on this one. */
function after({ values, isClosed }: Queue, { verb, value, result }: Op, capacity: number): Queue | undefined {
  if (verb === "close") return (result === "closed") === isClosed ? { values, isClosed: true } : undefined;
  if (verb === "send" || verb === "trySend") {
    if (result === "closed") return isClosed ? { values, isClosed } : undefined;
    if (isClosed) return undefined;
    if (result === "full") return values.length === capacity ? { values, isClosed } : undefined;
    return values.length < capacity ? { values: [...values, value], isClosed } : undefined;
  }
  if (result === "empty") return values.length === 0 && (isClosed || verb === "tryRecv") ? { values, isClosed } : undefined;
  return values[0] === result ? { values: values.slice(1), isClosed } : undefined;
}

const isSent = ({ verb, result }: Op): boolean => (verb === "send" || verb === "trySend") && result === "ok";

/** Whether a queue could have done what the history tells. */
export function isLinearizable({ capacity, before, ops: all }: History): boolean {
  const ops = all.filter(({ result }) => result !== "cancelled");
  if (ops.length > MOST_OPS) throw new RangeError(`${ops.length} operations; at most ${MOST_OPS}`);
  const everything = 2 ** ops.length - 1;
  const seen = new Set<string>();

  function search(done: number, queue: Queue): boolean {
    if (done === everything) return true;
    const key = `${done}/${queue.isClosed ? "c" : "o"}/${queue.values.join()}`;
    if (seen.has(key)) return false;
    seen.add(key);
    // What began only after another, not yet placed, had ended must come after it.
    const firstReturn = Math.min(...ops.filter((_op, k) => (done & (1 << k)) === 0).map(({ returned }) => returned));
    const next = ops.flatMap((op, k) => ((done & (1 << k)) === 0 && op.invoked < firstReturn ? [k] : []));
    for (const k of next) {
      const following = after(queue, ops[k], capacity);
      if (following !== undefined && search(done | (1 << k), following)) return true;
      if (capacity === 0 && isSent(ops[k]) && !queue.isClosed) {
        for (const partner of next) {
          if (ops[partner].result === ops[k].value && search(done | (1 << k) | (1 << partner), queue)) return true;
        }
      }
    }
    return false;
  }

  return search(0, { values: before, isClosed: false });
}

/** A history as lines, in the order of invocation. */
export function printHistory({ capacity, before, ops }: History): string {
  const lines = ops.toSorted((a, b) => a.invoked - b.invoked).map(({ verb, value, invoked, returned, result }) => `  ${String(invoked).padStart(3)}–${String(returned).padEnd(3)} ${verb}(${verb.includes("end") ? value : ""}) → ${result}`);
  return [`capacity ${capacity}, buffered [${before.join(", ")}]`, ...lines].join("\n");
}
