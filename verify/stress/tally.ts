/** Cells in shared memory that count how often each value arrived. */
import type { SharedArray } from "../../src/index.ts";

/** Values that came twice or more, and that never came, of those with a cell. */
export function tally({ array }: SharedArray<"i32">): { readonly dup: number; readonly lost: number } {
  let [dup, lost] = [0, 0];
  for (const times of array) {
    if (times > 1) dup++;
    else if (times === 0) lost++;
  }
  return { dup, lost };
}
