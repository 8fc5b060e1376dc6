/**
 * Functions over the words of an arena that are compiled to WebAssembly, because there an
 * access is several times cheaper: the exchanges of channel/exchange.ts, the ending of
 * waits of wait/claims.ts, and the tasks of scheduler/task-words.ts. `node scripts/build-wasm.ts` compiles them from the TypeScript
 * source, which stays the source: the explorer runs it, and a test compares both.
 *
 * Parameters and results are those of the functions there, without the array of words.
 */
import { COMPILED_BASE64 } from "./compiled-wasm.ts";

/** A function with `P` parameters. */
type Words<P extends number, A extends number[] = []> = A["length"] extends P ? (...args: A) => number : Words<P, [...A, number]>;

export interface Compiled {
  readonly lengthOf: Words<2>;
  readonly put: Words<8>;
  readonly take: Words<7>;
  readonly putMany: Words<9>;
  readonly takeMany: Words<8>;
  readonly sendBuffered: Words<11>;
  readonly recvBuffered: Words<11>;
  readonly sendManyBuffered: Words<9>;
  readonly recvManyBuffered: Words<9>;
  readonly sendUnbuffered: Words<10>;
  readonly recvUnbuffered: Words<10>;
  readonly endListed: Words<2>;
  readonly placeTask: Words<9>;
  readonly tryPush: Words<5>;
  readonly takeTask: Words<3>;
  readonly endTask: Words<5>;
}

let module: WebAssembly.Module | undefined;

/** The functions for a memory. `_words` are its words, for those who run the source instead. */
export function compiledFor(memory: WebAssembly.Memory, _words: Int32Array): Compiled {
  module ??= new WebAssembly.Module(Buffer.from(COMPILED_BASE64, "base64"));
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Compiled;
}
