/**
 * Random orders for select. Fairness needs a uniform permutation, but not an
 * unpredictable one. xorshift32 (Marsaglia 2003), seeded per thread from `Math.random`,
 * is enough and costs a nanosecond.
 */
let state = (Math.random() * 0xffffffff) | 1;

function next(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

/** A uniformly random integer from 0 to `below` − 1. */
function below(limit: number): number {
  return ((next() / 0x1_0000_0000) * limit) | 0;
}

const NOTHING: readonly number[] = [];
const ONE: readonly number[] = [0];
const UP: readonly number[] = [0, 1];
const DOWN: readonly number[] = [1, 0];
const OF_THREE: readonly (readonly number[])[] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/** A uniformly random permutation of 0 … `count` − 1 (Fisher–Yates, inside out). Those of up to three are there already. */
export function shuffle(count: number): readonly number[] {
  if (count === 2) return next() >>> 31 === 0 ? UP : DOWN;
  if (count === 3) return OF_THREE[below(6)] as readonly number[];
  if (count < 2) return count === 0 ? NOTHING : ONE;
  const order = [0];
  for (let k = 1; k < count; k++) {
    const j = below(k + 1);
    order.push(order[j]);
    order[j] = k;
  }
  return order;
}
