/**
 * Every rival, one after the other: nothing else may run while one is timed.
 */
import { measureGo } from "./go.ts";
import { measureJavaScript } from "./js.ts";
import { measureNativeDot } from "./openblas.ts";
import type { RivalOptions, RivalOutcome } from "./outcome.ts";

/** Measures what `options.wanted` accepts and gives each outcome as soon as it is there. */
export async function* measureRivals(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  yield* measureGo(options);
  yield* measureNativeDot(options);
  yield* measureJavaScript(options);
}
