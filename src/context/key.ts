/** Keys of the values that contexts carry, equal by name, so that each thread can make its own; and a value as one thread has it. */
import { INSPECT, WarrenError, printValue } from "../errors.ts";

/** The key of a value of type `T` in contexts. Made by `contextKey`. */
export class ContextKey<T> {
  /** Keys with the same name are the same key, on every thread. */
  readonly name: string;
  /** Only for type inference: never set. */
  declare readonly element: T;

  /** @internal Made by `contextKey`. */
  constructor(name: string) {
    this.name = name;
  }

  /** @internal */
  [INSPECT](): string {
    return `context key ${JSON.stringify(this.name)}`;
  }
}

/**
 * A key for values of type `T` in contexts: `const userId = contextKey<string>("user-id")`
 * at the top level of a module, so that every thread has it. Keys are equal if their
 * names are: begin the name with that of your package.
 * @param name any text, not empty
 * @throws ERR_INVALID_ARGUMENT
 */
export function contextKey<T>(name: string): ContextKey<T> {
  if (typeof name !== "string" || name === "") throw new WarrenError("ERR_INVALID_ARGUMENT", `contextKey needs a name, not ${printValue(name)}`);
  return new ContextKey<T>(name);
}

/** The name of a key. @throws ERR_INVALID_ARGUMENT for what is not a key */
export function nameOf(key: unknown): string {
  if (key instanceof ContextKey) return key.name;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the key of a context's value must be made by contextKey(), not ${printValue(key)}`);
}

/** A value of a context on this thread, and those behind it. */
export class ContextValue {
  readonly name: string;
  readonly next: ContextValue | undefined;
  #read: (() => unknown) | undefined;
  #value: unknown;

  constructor(name: string, next: ContextValue | undefined, read: () => unknown) {
    this.name = name;
    this.next = next;
    this.#read = read;
  }

  /** Decodes it the first time. */
  get value(): unknown {
    if (this.#read !== undefined) {
      this.#value = this.#read();
      this.#read = undefined;
    }
    return this.#value;
  }
}
