/**
 * Objects under a name, on one thread: finds the object that a name stands for in the
 * whole runtime, or makes it (memory/named-records.ts has the list).
 *
 * Two threads that make one at the same time both call their function; the first to
 * publish wins, and the other gives up what it has made. A declaration is known by the
 * line of the program that makes it, so a thread that finds an object of another
 * declaration can check that both mean the same kind: it makes one, compares, and gives
 * it up.
 */
import { WarrenError, printValue } from "../../errors.ts";
import { type NamedRecord, findNamed, publishNamed } from "../../memory/named-records.ts";
import type { Names } from "../../memory/names.ts";
import type { Waiters } from "../../wait/waiter.ts";
import type { Handle } from "../../wire/type.ts";
import { firstLine, framesHere } from "../task/site.ts";
import type { HandleTable } from "./handle-table.ts";

/** What a call of `named` says: the same on every thread that imports its module. */
export interface Declaration<T extends object = object> {
  readonly name: string;
  readonly make: () => T;
  /** The line of the program that called `named`. */
  readonly site: string;
}

/** Checks the arguments of `named`. @throws ERR_INVALID_ARGUMENT */
export function declare<T extends object>(name: string, make: () => T): Declaration<T> {
  if (typeof name !== "string" || name === "" || !name.isWellFormed()) throw new WarrenError("ERR_INVALID_ARGUMENT", `named needs a name, a string that is not empty, not ${printValue(name)}`);
  if (typeof make !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `named(${JSON.stringify(name)}, …) needs a function that makes the object, not ${printValue(make)}`);
  return { name, make, site: firstLine(framesHere()) };
}

export interface NamedOptions {
  readonly waiters: Waiters;
  readonly names: Names;
  readonly handles: HandleTable;
}

export class NamedObjects {
  readonly #options: NamedOptions;
  /** The objects that this thread has found. They live as long as the runtime. */
  readonly #found = new WeakMap<Declaration, object>();
  readonly #objects = new Map<string, object>();
  readonly #making = new Set<string>();

  constructor(options: NamedOptions) {
    this.#options = options;
  }

  /** The object of a declaration, if this thread has used the declaration. */
  known<T extends object>(declaration: Declaration<T>): T | undefined {
    return this.#found.get(declaration) as T | undefined;
  }

  /**
   * The first use of a declaration on this thread.
   * @throws ERR_NAME_TAKEN, ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE for an object of another runtime, ERR_ARENA_FULL, or what `make` throws
   */
  find<T extends object>(declaration: Declaration<T>): T {
    return this.#find(declaration) as T;
  }

  #find(declaration: Declaration): object {
    const { names, waiters } = this.#options;
    const { name, site } = declaration;
    const nameId = names.intern(name);
    const record = findNamed(waiters.arena, nameId);
    if (record === undefined) return this.#publish(declaration, nameId);
    if (names.text(record.site) !== site) {
      const { object, handle } = this.#make(declaration);
      this.#giveUp(object, handle);
      this.#compare(declaration, record, handle.type);
    }
    return this.#open(declaration, record);
  }

  #publish(declaration: Declaration, nameId: number): object {
    const { names, waiters } = this.#options;
    const { object, handle } = this.#make(declaration);
    const { header, generation, type } = handle;
    let earlier: NamedRecord | undefined;
    try {
      earlier = publishNamed(waiters.arena, { name: nameId, type: names.intern(type), site: names.intern(declaration.site), header, generation });
    } catch (error) {
      this.#giveUp(object, handle);
      throw error;
    }
    if (earlier === undefined) {
      this.#objects.set(declaration.name, object);
      this.#found.set(declaration, object);
      return object;
    }
    this.#giveUp(object, handle);
    this.#compare(declaration, earlier, type);
    return this.#open(declaration, earlier);
  }

  #open(declaration: Declaration, { header, generation, type }: NamedRecord): object {
    const { handles, names } = this.#options;
    let object = this.#objects.get(declaration.name);
    if (object === undefined) {
      object = handles.share(header, generation, names.text(type));
      this.#objects.set(declaration.name, object);
    }
    this.#found.set(declaration, object);
    return object;
  }

  /** Calls the declaration's function; its result, with one reference for the record. */
  #make({ name, make }: Declaration): { object: object; handle: Handle } {
    if (this.#making.has(name)) throw new WarrenError("ERR_INVALID_ARGUMENT", `the function that makes the object named ${JSON.stringify(name)} asks for that object`);
    this.#making.add(name);
    try {
      const object: unknown = make();
      const handle = typeof object === "object" && object !== null ? this.#options.handles.detach(object) : undefined;
      if (handle === undefined) throw new WarrenError("ERR_INVALID_ARGUMENT", `the function that makes the object named ${JSON.stringify(name)} must return a shared object, such as a Mutex or a channel, not ${printValue(object)}`);
      return { object: object as object, handle };
    } finally {
      this.#making.delete(name);
    }
  }

  #giveUp(object: object, { header, generation, type }: Handle): void {
    const { handles } = this.#options;
    handles.release(header, generation, type);
    handles.discard(object);
  }

  #compare({ name, site }: Declaration, record: NamedRecord, type: string): void {
    const { names } = this.#options;
    const taken = names.text(record.type);
    if (taken === type) return;
    const kinds = [kindOf(taken), kindOf(type)];
    throw new WarrenError("ERR_NAME_TAKEN", `the name ${JSON.stringify(name)} stands for a ${kinds[0]} (declared ${names.text(record.site)}), so it cannot stand for a ${kinds[1]} (declared ${site})`, { name, kinds });
  }
}

/** The type of a handle as people know it. */
function kindOf(type: string): string {
  return type.replace(/^sync\./, "").replace(/^shared\.(.*)$/, "shared $1 array");
}
