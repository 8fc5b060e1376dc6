/** Stands in for src/select/shuffle.ts: any order, the explorer tries each. */
import { choose } from "../seam.ts";

export function shuffle(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let k = 1; k < count; k++) {
    const j = choose(k + 1);
    order[k] = order[j];
    order[j] = k;
  }
  return order;
}
