/** Values of a type on their way to another machine. */
import { WarrenError } from "../../errors.ts";
import { bytes } from "../../wire/blobs.ts";
import { bytesOf, isBytes, isViewDetached } from "../../wire/views.ts";
import { type Space, Type, refused } from "../../wire/type.ts";
import { digest } from "./names.ts";

/** A type whose values leave the machine. */
export class Typed<T> {
  readonly name: string;
  /** Stands for the type in each message. */
  readonly fingerprint: string;
  readonly #space: Space;
  readonly #type: Type<T>;
  readonly #isBytes: boolean;

  /** @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE for a type with channels */
  constructor(space: Space, type: Type<T>, what: string) {
    if (!(type instanceof Type)) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} needs the type of its values, such as utf8 or struct({…})`);
    if (/\bchan\(/.test(type.name)) throw new WarrenError("ERR_NOT_TRANSFERABLE", `${what} cannot carry ${type.name}: a channel belongs to one machine. Send a name, and answer on another queue or with a remote task`, { path: "", value: type });
    this.name = type.name;
    this.fingerprint = digest(type.name);
    this.#space = space;
    this.#type = type;
    this.#isBytes = type.name === bytes.name;
  }

  /**
   * The value as the receiver of a channel of this type would get it. Encode it before the
   * program goes on: bytes are not copied.
   * @throws ERR_VALUE_REFUSED (details: type, path), ERR_ARENA_FULL
   */
  sent(value: T): T {
    // A copy by way of shared memory would cost more than all else that a delivery does.
    if (this.#isBytes && isBytes(value) && !isViewDetached(value)) return bytesOf(value) as T;
    return this.#inSlot(value, (at) => this.#type.decode(this.#space, at));
  }

  /** Whether a value that has come fits the type. @throws ERR_VALUE_REFUSED (details: type, path), ERR_ARENA_FULL */
  check(value: unknown): void {
    if (this.#isBytes && isBytes(value)) return;
    this.#inSlot(value as T, (at) => this.#type.drop(this.#space, at));
  }

  /** Stores a value as a channel would, and calls `use` with the place, which must take it out. */
  #inSlot<R>(value: T, use: (at: number) => R): R {
    const { arena } = this.#space;
    const block = arena.alloc(this.#type.words + 1);
    // Some types begin on an even word.
    const at = block + (block & 1);
    try {
      this.#type.encode(this.#space, at, value);
      return use(at);
    } catch (error) {
      return refused(error, this.name);
    } finally {
      arena.free(block);
    }
  }
}
