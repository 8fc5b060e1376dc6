/**
 * Handles on this thread: how channels and shared arrays get into messages and
 * out of them, and the count of what refers to a channel.
 *
 * Each object on a thread and each message that carries the handle is one
 * reference. An object's reference is given back when the garbage collector has
 * found it unreachable; that is late and never at a thread's end, so it is the
 * safety net for channels that nobody closes, not the way they are freed.
 */
import { WarrenError } from "../errors.ts";
import { KIND, header } from "../memory/layout.ts";
import { SharedArray, type SharedKind } from "../memory/shared-array.ts";
import type { Handles } from "../memory/type.ts";
import type { Waiters } from "../sync/waiter.ts";
import { Channel } from "./channel.ts";
import { LocalReceiver } from "./local-receiver.ts";
import { openChannel } from "./make-channel.ts";
import { typeOfName } from "./type-name.ts";

interface Held {
  readonly header: number;
  readonly generation: number;
  readonly type: string;
}

const SHARED = "shared.";
/** Channels met lately, so that a thousand tasks with one channel share one object for it. */
const MOST_RECENT = 64;

export class HandleTable implements Handles {
  /** Set once, when the thread's waiters exist. */
  declare waiters: Waiters;
  readonly #recent = new Map<number, Channel<unknown>>();
  readonly #lost = new FinalizationRegistry<Held>((held) => this.release(held.header, held.generation, held.type));

  /** Watches over a new object of this thread. */
  track<T>(channel: Channel<T>): Channel<T> {
    this.#lost.register(channel, { header: channel.header, generation: channel.generation, type: `chan(${channel.type.name})` });
    return channel;
  }

  /** @throws ERR_STALE_HANDLE for a handle of another runtime or a freed array */
  detach(value: object): Held | undefined {
    if (value instanceof SharedArray) return { ...value.handleIn(this.waiters.arena), type: `${SHARED}${value.kind}` };
    const channel = value instanceof LocalReceiver ? (value.materialized ?? this.track(value.materialize())) : value;
    if (!(channel instanceof Channel)) return undefined;
    if (channel.waiters.arena !== this.waiters.arena) {
      throw new WarrenError("ERR_STALE_HANDLE", `${channel.describe()} belongs to another runtime`);
    }
    channel.retain();
    return { header: channel.header, generation: channel.generation, type: `chan(${channel.type.name})` };
  }

  adopt(at: number, generation: number, type: string): object {
    const { waiters } = this;
    if (type.startsWith(SHARED)) return new SharedArray(waiters.arena, type.slice(SHARED.length) as SharedKind, at, generation);
    const recent = this.#recent.get(at);
    if (recent !== undefined && recent.generation === generation) {
      recent.relinquish();
      return recent;
    }
    const channel = this.track(openChannel(waiters, at, generation, typeOfName(type.slice(5, -1))));
    if (this.#recent.size >= MOST_RECENT) this.#recent.clear();
    this.#recent.set(at, channel);
    return channel;
  }

  /** Lets go of the channels met lately, so that those nobody uses can be collected. */
  forget(): void {
    this.#recent.clear();
  }

  release(at: number, generation: number, type: string): void {
    const { waiters } = this;
    if (waiters.arena.i32[at + header.kind] === KIND.sharedArray || type.startsWith(SHARED)) return;
    openChannel(waiters, at, generation, typeOfName(type.slice(5, -1))).relinquish();
  }
}
