/**
 * The calls that a node has, and the answers that it has given lately: for callers whose
 * connection was interrupted, and for calls with a key that come a second time.
 *
 * Invariant: at most MOST answers of at most MOST_BYTES together are kept, the latest.
 */
import type { CallMessage } from "./messages.ts";

const MOST = 4096;
const MOST_BYTES = 16_777_216;

/** One call on this node. */
export interface ServedCall {
  readonly message: CallMessage;
  readonly names: string[];
  /** Where answers go. More than one if a call with a key came again. */
  readonly replies: Set<string>;
  readonly sinceMs: number;
  state: "waiting" | "running" | "done";
  isAccepted: boolean;
  answer: Uint8Array | undefined;
  /** Cancels what runs. */
  cancel: ((reason: Error) => void) | undefined;
}

export class ServedCalls {
  readonly #byName = new Map<string, ServedCall>();
  /** Those that have ended, the oldest first. */
  readonly #done = new Set<ServedCall>();
  #bytes = 0;

  /** A call by its caller and number. */
  get(caller: string, number: number): ServedCall | undefined {
    return this.#byName.get(`${caller} ${number}`);
  }

  withKey(key: string): ServedCall | undefined {
    return this.#byName.get(`key ${key}`);
  }

  *live(): IterableIterator<ServedCall> {
    for (const call of new Set(this.#byName.values())) if (call.state !== "done") yield call;
  }

  /** Gives a call the names by which it is found: of its caller, its key, or of a caller that asks for the same work again. */
  add(call: ServedCall, caller: string, number: number): void {
    const { key } = call.message;
    for (const name of key === undefined ? [`${caller} ${number}`] : [`${caller} ${number}`, `key ${key}`]) {
      if (this.#byName.has(name)) continue;
      this.#byName.set(name, call);
      call.names.push(name);
    }
  }

  done(call: ServedCall, answer: Uint8Array): void {
    call.state = "done";
    call.answer = answer;
    // They may be large, and nobody needs them any more.
    call.message.args.length = 0;
    this.#done.add(call);
    this.#bytes += answer.length;
    for (const oldest of this.#done) {
      if (this.#done.size <= MOST && this.#bytes <= MOST_BYTES) return;
      this.#done.delete(oldest);
      this.#bytes -= oldest.answer?.length ?? 0;
      for (const name of oldest.names) this.#byName.delete(name);
    }
  }
}
