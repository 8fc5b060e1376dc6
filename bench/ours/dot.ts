/** The scenario dot: a program of the lab, which measures it with intervals (`warren dot`). */
import { start } from "../../src/index.ts";
import { clearVectors, layVectors, multiply } from "../../workers/dot.ts";
import type { Trial } from "../rounds/contestant.ts";
import { DOT_ELEMENTS } from "../rivals/scenarios.ts";
import { timeOperations } from "../rivals/trial.ts";

/** Both vectors are read. */
const BYTES_PER_ELEMENT = 16;

/**
 * The dot product of two vectors that no cache holds, in chunks, on `threads` threads:
 * bytes read a nanosecond. The vectors lie in shared memory.
 */
export async function measureDot(threads: number, trial: Trial): Promise<number> {
  await using runtime = await start({ threads });
  const vectors = await runtime.spawn(layVectors, { size: DOT_ELEMENTS, numbers: "whole" });
  const ns = await timeOperations(async (count) => {
    const { checks } = await runtime.spawn(multiply, vectors, { kernel: "simd", variant: "chunks", repeats: count });
    for (const { name, ok, detail } of checks) if (!ok) throw new Error(`${name}: ${detail}`);
  }, threads, trial);
  await runtime.spawn(clearVectors, vectors);
  return (BYTES_PER_ELEMENT * DOT_ELEMENTS) / ns;
}
