/**
 * Fields in shared memory as properties of an object: reading one decodes it, assigning
 * to one encodes it. They work only while the guard holds the lock.
 *
 * The accessors are on a prototype that is made once for each type, because defining
 * them for each guard would cost more than locking. So a spread of `fields` finds
 * nothing: `copy` is for that.
 */
import { INSPECT, WarrenError } from "../errors.ts";
import { fieldsOf } from "../wire/composites.ts";
import { Refusal, type Space, type Type, refused, step } from "../wire/type.ts";
import { HeldGuard, type Lockable } from "./guard.ts";
import type { FieldsGuard } from "./objects.ts";

/** The object to which the fields belong. */
interface Owner extends Lockable {
  readonly waiters: Space;
  readonly isCurrent: boolean;
}

export class GuardOfFields<T extends object> extends HeldGuard implements FieldsGuard<T> {
  readonly #object: Owner;
  readonly #type: Type<T>;
  readonly #block: number;
  #fields: T | undefined;

  constructor(object: Owner, ownerDied: boolean, type: Type<T>, block: number) {
    super(object, 1, ownerDied);
    this.#object = object;
    this.#type = type;
    this.#block = block;
  }

  get fields(): T {
    return (this.#fields ??= new (accessorsOf(this.#type))(this) as T);
  }

  copy(): T {
    return this.#type.decode(this.space, this.blockInUse());
  }

  /** @internal */
  get space(): Space {
    return this.#object.waiters;
  }

  /** @internal Where the fields are. @throws ERR_NOT_LOCKED after the guard was released, ERR_STALE_HANDLE */
  blockInUse(): number {
    if (!this.isHeld) throw new WarrenError("ERR_NOT_LOCKED", `the fields were used after their guard was unlocked: ${this.#object.describe()}`);
    if (!this.#object.isCurrent) this.#object.refuseStale();
    return this.#block;
  }
}

/** The object behind `fields`. */
class Fields {
  readonly #guard: GuardOfFields<object>;

  constructor(guard: GuardOfFields<object>) {
    this.#guard = guard;
    Object.freeze(this);
  }

  static guardOf(fields: Fields): GuardOfFields<object> {
    return fields.#guard;
  }

  [INSPECT](): unknown {
    return this.#guard.copy();
  }
}

const classes = new WeakMap<Type<object>, typeof Fields>();

/** The class of the accessors for a type. */
function accessorsOf(type: Type<object>): typeof Fields {
  let known = classes.get(type);
  if (known === undefined) {
    known = class extends Fields {};
    for (const { key, type: its, offset } of fieldsOf(type) ?? []) defineField(known.prototype, type.name, key, its, offset);
    classes.set(type, known);
  }
  return known;
}

function defineField(prototype: Fields, typeName: string, key: string, type: Type<unknown>, offset: number): void {
  Object.defineProperty(prototype, key, {
    enumerable: true,
    get(this: Fields): unknown {
      const guard = Fields.guardOf(this);
      return type.decode(guard.space, guard.blockInUse() + offset);
    },
    set(this: Fields, value: unknown) {
      const guard = Fields.guardOf(this);
      try {
        type.encode(guard.space, guard.blockInUse() + offset, value);
      } catch (error) {
        if (error instanceof Refusal) error.path.unshift(step(key));
        refused(error, typeName);
      }
    },
  });
}
