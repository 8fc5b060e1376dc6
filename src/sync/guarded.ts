/**
 * A struct of plain fields in shared memory, and the lock that protects it: the fields
 * are in `block`, and only a guard leads to them. Apart from the fields it is a mutex.
 *
 * The object can be freed while a task holds it. Then the fields stay until its guard is
 * released, which frees them: a write of the guard never reaches memory of another object.
 */
import { WarrenError, printValue } from "../errors.ts";
import { KIND, syncHeader } from "../memory/layout.ts";
import { type StructOf, fieldsOf, struct } from "../wire/composites.ts";
import { isScalar } from "../wire/scalars.ts";
import { type Type, refused } from "../wire/type.ts";
import type { Waiters } from "../wait/waiter.ts";
import { GuardOfFields } from "./fields.ts";
import { ExclusiveLock } from "./mutex.ts";
import type { FieldsGuard, Guarded } from "./objects.ts";
import { makeHeader } from "./shared-object.ts";

/** The fields of a Guarded: types whose values have a fixed size. */
export type PlainFields = Record<string, Type<number> | Type<bigint> | Type<boolean>>;

export class SharedGuarded<T extends object> extends ExclusiveLock<FieldsGuard<T>> implements Guarded<T> {
  readonly type: Type<T>;
  /** The words of the fields: the same for the life of the object. */
  readonly #block: number;

  /** @param type without it, the object can only be repaired */
  constructor(waiters: Waiters, at: number, generation: number, type: Type<T> = struct({}) as Type<never>) {
    super(waiters, at, generation);
    this.type = type;
    const block = waiters.arena.i32[at + syncHeader.block];
    // If the handle is stale, the header can be anything by now.
    this.#block = this.isCurrent ? block : 0;
  }

  /** @param type made by `plainStruct` @throws ERR_VALUE_REFUSED, ERR_ARENA_FULL */
  static make<T extends object>(waiters: Waiters, type: Type<T>, initial: T): number {
    const { i32 } = waiters.arena;
    const staged = waiters.scratchTop;
    waiters.scratchTop = staged + ((type.words + 1) & ~1);
    try {
      type.encode(waiters, staged, initial);
    } catch (error) {
      refused(error, type.name);
    } finally {
      waiters.scratchTop = staged;
    }
    const at = makeHeader(waiters, KIND.guarded, { words: type.words });
    i32.copyWithin(i32[at + syncHeader.block], staged, staged + type.words);
    return at;
  }

  override get kind(): string {
    return "Guarded";
  }

  override get handleType(): string {
    return `${this.kind}${this.type.name.slice("struct".length)}`;
  }

  protected override guard(ownerDied: boolean): FieldsGuard<T> {
    return new GuardOfFields(this, ownerDied, this.type, this.#block);
  }

  override giveBack(): boolean {
    if (super.giveBack()) return true;
    this.waiters.arena.free(this.#block);
    return false;
  }

  protected override get keepsBlock(): boolean {
    const { i32, header: at } = this;
    const holder = i32[at + syncHeader.holder];
    // Not for a holder that died while it freed the object.
    return holder !== 0 && holder !== i32[at + syncHeader.ending];
  }
}

/** The struct of a Guarded's fields. @throws ERR_INVALID_ARGUMENT for a field whose values have no fixed size, ERR_LIMIT */
export function plainStruct<F extends PlainFields>(fields: F): Type<StructOf<F>> {
  if (typeof fields !== "object" || fields === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `Guarded needs an object of fields such as { count: i32 }, not ${printValue(fields)}`);
  const type = struct(fields);
  for (const { key, type: its } of fieldsOf(type) ?? []) {
    if (!isScalar(its)) throw new WarrenError("ERR_INVALID_ARGUMENT", `a field of a Guarded must be i32, u32, i64, f64 or bool: ${key} is ${its.name}`);
  }
  return type;
}
