/**
 * The calls that a node has, and the answers that it has given lately: for callers whose
 * connection was interrupted, and for calls with a key that come a second time.
 *
 * A caller says with each call which of its calls is its oldest without an answer, and the
 * answers before that are forgotten. So what is kept is about what is under way.
 *
 * Invariant: at most MOST answers of at most MOST_BYTES together are kept, the latest.
 */
import type { AnyFunction } from "../../runtime/module/task-function.ts";
import type { Asker, CallMessage } from "./messages.ts";

const MOST = 4096;
const MOST_BYTES = 16_777_216;

/** One call on this node. */
export interface ServedCall {
  readonly message: CallMessage;
  readonly fn: AnyFunction;
  /** Who asked for it, and where the answers go: more than one if a call with a key came again. */
  readonly askers: Asker[];
  /** Those who have cancelled it. */
  readonly cancelled: Set<Asker>;
  readonly sinceMs: number;
  state: "waiting" | "running" | "done";
  isAccepted: boolean;
  answer: Uint8Array | undefined;
  /** Cancels what runs. */
  cancel: ((reason: Error) => void) | undefined;
}

export class ServedCalls {
  readonly #byCaller = new Map<string, Map<number, ServedCall>>();
  readonly #byKey = new Map<string, ServedCall>();
  /** Calls that have not ended. */
  readonly live = new Set<ServedCall>();
  /** Those that have ended, the oldest first. */
  readonly #done = new Set<ServedCall>();
  #bytes = 0;

  get(caller: string, number: number): ServedCall | undefined {
    return this.#byCaller.get(caller)?.get(number);
  }

  /** The call of the same work. */
  withKey(id: string, key: string): ServedCall | undefined {
    return this.#byKey.get(keyName(id, key));
  }

  /** Its key stands for it no more: work that has failed, or was cancelled, can be done anew. */
  forgetKey(call: ServedCall): void {
    const { id, key } = call.message;
    if (key === undefined) return;
    const name = keyName(id, key);
    if (this.#byKey.get(name) === call) this.#byKey.delete(name);
  }

  /** Adds a call, or one more that asks for it. */
  add(call: ServedCall, asker: Asker): void {
    if (call.askers.length === 0) {
      this.live.add(call);
      const { id, key } = call.message;
      if (key !== undefined) this.#byKey.set(keyName(id, key), call);
    }
    call.askers.push(asker);
    let calls = this.#byCaller.get(asker.caller);
    if (calls === undefined) this.#byCaller.set(asker.caller, (calls = new Map()));
    calls.set(asker.number, call);
  }

  done(call: ServedCall, answer: Uint8Array): void {
    call.state = "done";
    call.answer = answer;
    // They may be large, and nobody needs them any more.
    call.message.args.length = 0;
    this.live.delete(call);
    this.#done.add(call);
    this.#bytes += answer.length;
    for (const oldest of this.#done) {
      if (this.#done.size <= MOST && this.#bytes <= MOST_BYTES) return;
      this.#forget(oldest);
    }
  }

  /** A caller has got the answers of its calls before number `oldest`. Those of a key are kept for who asks again. */
  got(caller: string, oldest: number): void {
    const calls = this.#byCaller.get(caller);
    if (calls === undefined) return;
    // In the order in which they came, which is about that of their numbers.
    for (const [number, call] of calls) {
      if (number >= oldest) return;
      if (call.state !== "done" || call.message.key !== undefined) return;
      this.#forget(call);
    }
  }

  #forget(call: ServedCall): void {
    if (!this.#done.delete(call)) return;
    this.#bytes -= call.answer?.length ?? 0;
    this.forgetKey(call);
    for (const { caller, number } of call.askers) {
      const calls = this.#byCaller.get(caller);
      calls?.delete(number);
      if (calls?.size === 0) this.#byCaller.delete(caller);
    }
  }
}

/** The same key of two tasks is two works. */
function keyName(id: string, key: string): string {
  return `${id} key ${key}`;
}
