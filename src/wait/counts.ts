/** What a thread counts for `rt.stats()`; other threads read it at any time. */
import { processor } from "../memory/layout.ts";

/** Counts values that the thread with the processor record `here` has sent: less than 2³¹. */
export function countSends(i32: Int32Array, here: number, values: number): void {
  const before = i32[here + processor.sends];
  const after = (before + values) | 0;
  i32[here + processor.sends] = after;
  // The low word has passed 2³².
  if (before < 0 && after >= 0) i32[here + processor.sendsHigh]++;
}

/** The values that it has sent. */
export function sendsOf(i32: Int32Array, at: number): number {
  return i32[at + processor.sendsHigh] * 2 ** 32 + (i32[at + processor.sends] >>> 0);
}
