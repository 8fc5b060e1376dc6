/** Channels as values: the slot holds header and generation. The message counts as one reference. */
import { checkType } from "../wire/composites.ts";
import { Refusal, Type, depthOver, type Space } from "../wire/type.ts";
import type { Chan } from "./chan.ts";

class ChanOf<T> extends Type<Chan<T>> {
  override readonly name: string;
  override readonly words = 2;
  override readonly align = 1;
  override readonly depth: number;

  constructor(type: Type<T>) {
    super();
    this.depth = depthOver(type);
    this.name = `chan(${type.name})`;
  }

  override encode(space: Space, at: number, value: Chan<T>): void {
    const handle = typeof value === "object" && value !== null ? space.handles.detach(value) : undefined;
    if (handle === undefined) throw new Refusal("it is not a channel", value);
    if (handle.type !== this.name) {
      space.handles.release(handle.header, handle.generation, handle.type);
      throw new Refusal(`it is a ${handle.type}`, value);
    }
    space.arena.i32[at] = handle.header;
    space.arena.i32[at + 1] = handle.generation;
  }

  override decode(space: Space, at: number): Chan<T> {
    return space.handles.adopt(space.arena.i32[at], space.arena.i32[at + 1], this.name) as Chan<T>;
  }

  override drop(space: Space, at: number): void {
    space.handles.release(space.arena.i32[at], space.arena.i32[at + 1], this.name);
  }
}

/** Channels whose elements are `type`, such as the reply channel in a request. The receiver gets the same channel. @throws ERR_INVALID_ARGUMENT */
export function chanOf<T>(type: Type<T>): Type<Chan<T>> {
  checkType(type, "chanOf");
  return new ChanOf(type);
}
