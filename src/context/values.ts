/**
 * The values that contexts carry: how `withValue` stores one, and how threads read it.
 *
 * A value is encoded once, into a record that never changes. The records of a context are
 * a chain: its own value first, then those that the context above it had when it was
 * made. So a value outlives the context above. A record counts its references: one for
 * each header that begins with it, each record that goes on with it, and each thread
 * while it reads it. With the last one it is freed.
 *
 * A thread copies the bytes of a chain when it makes or gets the context, and decodes
 * each value at its first use, once for all contexts of the thread that have it. So it
 * can read the values as long as it has the context, also after another thread has
 * disposed it. What it reads does not change, because a chain does not.
 *
 * Source: Go, context.WithValue. Not done: handles in values (each decoding would need a
 * reference of its own, and a value is decoded on any number of threads): they are refused.
 */
import { WarrenError } from "../errors.ts";
import { LocalReceiver } from "../channel/local-receiver.ts";
import { ChannelCore } from "../channel/channel-core.ts";
import type { Arena } from "../memory/arena.ts";
import { add, sub } from "../memory/atomics.ts";
import { superblock } from "../memory/layout.ts";
import { SharedArray } from "../memory/shared-array.ts";
import { HeldGuard } from "../sync/guard.ts";
import { SharedObject } from "../sync/shared-object.ts";
import { encodePayload, readLater, readPayload } from "../wire/payload.ts";
import { type Handles, Refusal, type Space } from "../wire/type.ts";
import { Context } from "./context.ts";
import { ContextValue } from "./key.ts";
import { VALUE_WORDS, valueRecord } from "./words.ts";

const SHARED = [ChannelCore, LocalReceiver, SharedObject, SharedArray, Context, HeldGuard] as const;

const unexpected = (): never => {
  throw new WarrenError("ERR_INTERNAL", "a context's value contains a handle");
};
/** Whether a value is an object that threads share, and not plain data. */
export function isShared(value: object): boolean {
  return SHARED.some((Kind) => value instanceof Kind);
}

const REFUSED: Handles = {
  detach: (value) => {
    if (isShared(value)) throw new Refusal("a context's value is plain data. Pass channels, locks, contexts and shared arrays to tasks as arguments", value);
    return undefined;
  },
  adopt: unexpected,
  share: unexpected,
  release: () => undefined,
};

export class ContextValues {
  readonly #space: Space;
  readonly #i32: Int32Array;
  /** The values that this thread has, by their number. */
  readonly #known = new Map<number, WeakRef<ContextValue>>();
  readonly #collected = new FinalizationRegistry<number>((id) => {
    if (this.#known.get(id)?.deref() === undefined) this.#known.delete(id);
  });

  constructor(arena: Arena) {
    this.#space = { arena, handles: REFUSED };
    this.#i32 = arena.i32;
  }

  /** Makes a record with one reference, that of the header that will begin with it. @throws ERR_NOT_TRANSFERABLE, ERR_LIMIT, ERR_ARENA_FULL */
  encode(name: string, value: unknown): number {
    const { arena } = this.#space;
    const i32 = this.#i32;
    const blocks: number[] = [];
    try {
      blocks.push(encodePayload(this.#space, value, `the value of context key ${JSON.stringify(name)}`));
      blocks.push(encodePayload(this.#space, name, "the name of a context key"));
      blocks.push(arena.alloc(VALUE_WORDS));
    } catch (error) {
      for (const block of blocks) if (block !== 0) arena.free(block);
      throw error;
    }
    const [payload, text, record] = blocks;
    i32[record + valueRecord.references] = 1;
    i32[record + valueRecord.next] = 0;
    i32[record + valueRecord.id] = add(i32, superblock.valueIds, 1);
    i32[record + valueRecord.name] = text;
    i32[record + valueRecord.payload] = payload;
    return record;
  }

  /** Adds a reference; 0 is no record. Call it while the record has one. */
  hold(record: number): number {
    if (record !== 0) add(this.#i32, record + valueRecord.references, 1);
    return record;
  }

  /** Drops a reference; 0 is no record. */
  drop(record: number): void {
    const i32 = this.#i32;
    const { arena } = this.#space;
    for (let at = record; at !== 0; ) {
      if (sub(i32, at + valueRecord.references, 1) > 1) return;
      const next = i32[at + valueRecord.next];
      for (const block of [i32[at + valueRecord.payload], i32[at + valueRecord.name], at]) if (block !== 0) arena.free(block);
      at = next;
    }
  }

  /** The value of a record for this thread, before `next`. Call it while the record has a reference. */
  read(record: number, next: ContextValue | undefined, name = readPayload(this.#space, this.#i32[record + valueRecord.name]) as string): ContextValue {
    const i32 = this.#i32;
    const value = new ContextValue(name, next, readLater(this.#space, i32[record + valueRecord.payload]));
    const id = i32[record + valueRecord.id];
    this.#known.set(id, new WeakRef(value));
    this.#collected.register(value, id);
    return value;
  }

  /** The values of a chain, which has a reference. */
  readChain(first: number): ContextValue | undefined {
    const i32 = this.#i32;
    const fresh: number[] = [];
    let value: ContextValue | undefined;
    for (let record = first; record !== 0; record = i32[record + valueRecord.next]) {
      value = this.#known.get(i32[record + valueRecord.id])?.deref();
      if (value !== undefined) break;
      fresh.push(record);
    }
    for (const record of fresh.toReversed()) value = this.read(record, value);
    return value;
  }
}
