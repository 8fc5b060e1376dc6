/** Chance with a seed: xorshift32 (Marsaglia 2003). */
export type Random = () => number;

/** Numbers from 0 up to 1, the same for the same seed. */
export function randomOf(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}
