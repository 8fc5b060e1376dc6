/** Types from their names: so a thread knows the type of a channel that another thread made. */
import { WarrenError } from "../errors.ts";
import { bytes, json, utf8 } from "../wire/blobs.ts";
import { optional, struct } from "../wire/composites.ts";
import { array, map } from "../wire/lists.ts";
import { bool, f64, i32, i64, u32 } from "../wire/scalars.ts";
import type { Type } from "../wire/type.ts";
import { result, value } from "../wire/value.ts";
import { chanOf } from "./chan-of.ts";

const known = new Map<string, Type<unknown>>();
for (const type of [i32, u32, i64, f64, bool, utf8, bytes, json(), value()]) known.set(type.name, type as Type<unknown>);

/** The type with this name. @throws ERR_INTERNAL if there is none */
export function typeOfName(name: string): Type<unknown> {
  let type = known.get(name);
  if (type === undefined) {
    type = new Parser(name).all();
    known.set(name, type);
  }
  return type;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): Type<unknown> {
    const type = this.#type();
    if (this.#at !== this.#text.length) this.#fail();
    return type;
  }

  #type(): Type<unknown> {
    const word = this.#until(/[(),]/g);
    if (this.#text[this.#at] !== "(") return known.get(word) ?? this.#fail();
    this.#at++;
    const type = this.#inner(word);
    this.#skip(")");
    return type;
  }

  /** What stands in the parentheses after `word`. */
  #inner(word: string): Type<unknown> {
    switch (word) {
      case "struct": return this.#struct();
      case "optional": return optional(this.#type());
      case "array": return array(this.#type()) as Type<unknown>;
      case "result": return result(this.#type()) as Type<unknown>;
      case "chan": return chanOf(this.#type()) as Type<unknown>;
      case "map": {
        const key = this.#type();
        this.#skip(",");
        return map(key, this.#type()) as Type<unknown>;
      }
      default: return this.#fail();
    }
  }

  #skip(character: string): void {
    if (this.#text[this.#at++] !== character) this.#fail();
  }

  #struct(): Type<unknown> {
    const fields: Record<string, Type<unknown>> = {};
    while (this.#text[this.#at] !== ")") {
      if (this.#text[this.#at] === ",") this.#at++;
      const key = decodeURIComponent(this.#until(/:/g));
      this.#at++;
      fields[key] = this.#type();
    }
    return struct(fields);
  }

  #until(stop: RegExp): string {
    const from = this.#at;
    stop.lastIndex = from;
    this.#at = stop.exec(this.#text)?.index ?? this.#text.length;
    return this.#text.slice(from, this.#at);
  }

  #fail(): never {
    throw new WarrenError("ERR_INTERNAL", `${JSON.stringify(this.#text)} is not the name of a type`);
  }
}
