/**
 * Handles on this thread: how channels, shared arrays and shared objects (Mutex,
 * WaitGroup, …) are put into messages and taken out, and how references to a channel
 * or a shared object are counted.
 *
 * There is one object for each live handle on a thread, of whatever kind: a handle that
 * comes back is the same object, so `===`, Map and Set work on channels, locks, contexts
 * and arrays. The table knows an object once its handle has been sent or has come in a
 * message; it does not keep the object alive.
 *
 * Each object on a thread, and each message that carries the handle, is one
 * reference. When the garbage collector finds an object unreachable, its reference
 * is released. That happens late, and not at all when a thread ends. So it is only
 * the safety net for channels and objects that no task closes or frees.
 */
import { WarrenError } from "../../errors.ts";
import { header } from "../../memory/layout.ts";
import { SharedArray, type SharedKind } from "../../memory/shared-array.ts";
import { GUARD_HANDLE, type Handle, type HandleFamily, type Handles, Refusal, type Type, handleKey } from "../../wire/type.ts";
import { HeldGuard, LockGuard } from "../../sync/guard.ts";
import { SharedGuarded } from "../../sync/guarded.ts";
import { openShared } from "../../sync/kinds.ts";
import { BoundedMap } from "../../shared-map/bounded-map.ts";
import type { Entries } from "../../shared-map/entry.ts";
import { SharedObject } from "../../sync/shared-object.ts";
import type { Waiters } from "../../wait/waiter.ts";
import { Channel } from "../../channel/channel.ts";
import type { Watch } from "../../channel/channel-core.ts";
import { LocalReceiver } from "../../channel/local-receiver.ts";
import { openChannel } from "../../channel/make-channel.ts";
import { typeOfName } from "../../channel/type-name.ts";

/** A channel or a shared object, which is freed when nothing refers to it. */
interface Counted {
  readonly header: number;
  readonly generation: number;
  readonly handleType: string;
  retain(): void;
  relinquish(): void;
}

/** An object of this thread, in a list of all its objects. */
class Tracked implements Handle, Watch {
  readonly header: number;
  readonly generation: number;
  readonly type: string;
  newer: Tracked | undefined = undefined;
  older: Tracked | undefined;
  readonly #table: HandleTable;

  constructor(table: HandleTable, { header, generation, handleType }: Counted, older: Tracked | undefined) {
    this.#table = table;
    this.header = header;
    this.generation = generation;
    this.type = handleType;
    this.older = older;
  }

  end(): void {
    this.#table.untrack(this);
  }
}

/** Notes which task gets which handle. */
export interface Holder {
  /** The running task has got the handle. */
  hold(key: number): void;
  /** From now on a timer of this thread sends on the channel. */
  feed(key: number): void;
}

const SHARED = "shared.";
const SYNC = "sync.";
const GUARDED = "Guarded";
const MAP = "SharedMap";
const CONTEXT = "context";
/** So many recent objects are kept, so that a thousand tasks with one channel share one object. */
const MOST_RECENT = 64;

export class HandleTable implements Handles {
  /** Set once, when the thread's waiters exist. */
  declare waiters: Waiters;
  /** The same. */
  declare entries: Entries;
  declare contexts: HandleFamily;
  declare holder: Holder;
  /** The objects that were used recently, by handle, so that they are found fast and a thousand tasks with one channel share it. */
  readonly #recent = new Map<number, object>();
  /** The objects of this thread whose handles have been in a message. */
  readonly #objects = new Map<number, WeakRef<object>>();
  /** For objects without a reference of their own: drops the entry of one that was garbage-collected. */
  readonly #collected = new FinalizationRegistry<number>((key) => this.#dropCollected(key));
  /** The newest object of this thread that is not garbage-collected. */
  #newest: Tracked | undefined;
  readonly #lost = new FinalizationRegistry<Tracked>((tracked) => {
    this.#unlist(tracked);
    this.#dropCollected(handleKey(tracked.header, tracked.generation));
    this.release(tracked.header, tracked.generation, tracked.type);
  });

  /** Registers a new object of this thread. */
  track<T extends Counted>(object: T): T {
    const tracked = new Tracked(this, object, this.#newest);
    if (this.#newest !== undefined) this.#newest.newer = tracked;
    this.#newest = tracked;
    this.#lost.register(object, tracked, tracked);
    if (object instanceof Channel) object.watch = tracked;
    this.holder.hold(handleKey(object.header, object.generation));
    return object;
  }

  /** As `track`, for an object whose handle can come in a message although it was sent from no place of this thread: the done channel of a context. */
  trackKnown<T extends Counted>(object: T): T {
    this.#remember(handleKey(object.header, object.generation), this.track(object));
    return object;
  }

  /** The channel of an object is freed, so there is no reference to release. */
  untrack(tracked: Tracked): void {
    this.#lost.unregister(tracked);
    this.#unlist(tracked);
    this.#objects.delete(handleKey(tracked.header, tracked.generation));
  }

  /** From now on `object` is what its handle stands for on this thread. */
  #remember(key: number, object: object): void {
    if (this.#objects.get(key)?.deref() === object) return;
    this.#objects.set(key, new WeakRef(object));
    if (!(object instanceof Channel || object instanceof SharedObject)) this.#collected.register(object, key);
  }

  #dropCollected(key: number): void {
    if (this.#objects.get(key)?.deref() === undefined) this.#objects.delete(key);
  }

  #unlist({ newer, older }: Tracked): void {
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    if (older !== undefined) older.newer = newer;
  }

  /** The types of the handles that have an object on this thread. */
  get types(): Map<number, string> {
    const types = new Map<number, string>();
    for (let at = this.#newest; at !== undefined; at = at.older) types.set(handleKey(at.header, at.generation), at.type);
    return types;
  }

  /** How many objects on this thread refer to each handle. */
  countObjects(): Map<number, number> {
    const counts = new Map<number, number>();
    for (let at = this.#newest; at !== undefined; at = at.older) {
      const key = handleKey(at.header, at.generation);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  /** @throws ERR_STALE_HANDLE for a handle of another runtime or a freed array */
  detach(value: object): Handle | undefined {
    const handle = this.#detach(value);
    if (handle !== undefined) this.#remember(handleKey(handle.header, handle.generation), value);
    return handle;
  }

  #detach(value: object): Handle | undefined {
    if (value instanceof HeldGuard) throw new Refusal(value instanceof LockGuard ? "a guard can only be an argument itself, of go, spawn or a group" : "the guard of a Guarded stays on its thread: pass the Guarded itself", value);
    if (value instanceof SharedArray) return { ...value.handleIn(this.waiters.arena), type: `${SHARED}${value.kind}` };
    const object = value instanceof LocalReceiver ? (value.materialized ?? this.#materialize(value)) : value;
    if (!(object instanceof Channel || object instanceof SharedObject)) return this.contexts.detach(value);
    if (object.waiters.arena !== this.waiters.arena) {
      throw new WarrenError("ERR_STALE_HANDLE", `${object.describe()} belongs to another runtime`);
    }
    object.retain();
    return { header: object.header, generation: object.generation, type: object.handleType };
  }

  #materialize(receiver: LocalReceiver<unknown>): Channel<unknown> {
    const channel = this.track(receiver.materialize());
    this.holder.feed(handleKey(channel.header, channel.generation));
    return channel;
  }

  adopt(at: number, generation: number, type: string): object {
    const key = handleKey(at, generation);
    let object = this.#recent.get(key) ?? this.#objects.get(key)?.deref();
    if (object === undefined) {
      object = this.#open(at, generation, type);
      this.#remember(key, object);
    } else {
      // The object has a reference of its own, so that of the message is given up.
      const counted = object instanceof LocalReceiver ? object.materialized : object;
      if (counted instanceof Channel || counted instanceof SharedObject) {
        counted.relinquish();
        this.holder.hold(key);
      } else if (type === CONTEXT) this.contexts.release(at, generation);
    }
    if (this.#recent.size >= MOST_RECENT) this.#recent.clear();
    this.#recent.set(key, object);
    return object;
  }

  share(at: number, generation: number, type: string): object {
    this.#retain(at, generation, type);
    return this.adopt(at, generation, type);
  }

  /** Adds a reference, for `adopt` to take over. Those of a shared array are not counted. */
  #retain(at: number, generation: number, type: string): void {
    if (type === CONTEXT) return this.contexts.retain(at, generation);
    if (!type.startsWith(SHARED)) this.#openCounted(at, generation, type).retain();
  }

  /** Gives up an object that this thread has made and nothing else refers to: frees it. */
  discard(object: object): void {
    if (object instanceof Channel || object instanceof SharedObject) {
      if (this.waiters.arena.i32[object.header + header.references] === 1) object.relinquish();
    } else if (!(object instanceof LocalReceiver)) (object as Disposable)[Symbol.dispose]();
  }

  /** A new object for a handle. */
  #open(at: number, generation: number, type: string): object {
    if (type.startsWith(SHARED)) return new SharedArray(this.waiters.arena, type.slice(SHARED.length) as SharedKind, at, generation);
    if (type === CONTEXT) return this.contexts.adopt(at, generation);
    return this.track(this.#openCounted(at, generation, type));
  }

  #openCounted(at: number, generation: number, type: string): Counted {
    if (type.startsWith(SYNC)) return openShared(this.waiters, at, generation, type.slice(SYNC.length));
    if (type.startsWith(GUARDED)) return new SharedGuarded(this.waiters, at, generation, typeOfName(`struct${type.slice(GUARDED.length)}`) as Type<object>);
    if (type.startsWith(MAP)) {
      const [keyType, valueType] = type.slice(MAP.length + 1, -1).split(";").map(typeOfName);
      return new BoundedMap(this.waiters, at, generation, this.entries, keyType, valueType);
    }
    return openChannel(this.waiters, at, generation, typeOfName(type.slice(5, -1)));
  }

  /** Drops the recent objects, so that unused ones can be garbage-collected. */
  forget(): void {
    this.#recent.clear();
  }

  release(at: number, generation: number, type: string): void {
    // The guards of a task are in its record.
    if (type === GUARD_HANDLE) return;
    if (type === CONTEXT) return this.contexts.release(at, generation);
    // References to a shared array are not counted: the program frees it.
    if (!type.startsWith(SHARED)) this.#openCounted(at, generation, type).relinquish();
  }
}
