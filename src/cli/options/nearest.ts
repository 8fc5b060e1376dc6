/** The nearest of several names to a misspelt one. */

/** Names further off than this share of the longer one are no suggestion. */
const FARTHEST = 0.5;

/** The nearest candidate, ignoring case, or `null` when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance <= FARTHEST * Math.max(word.length, candidate.length)) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** ` — did you mean G6?`, or nothing. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const found = nearest(word, candidates);
  return found === null ? "" : ` — did you mean ${found}?`;
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours that turn `a`
 * into `b` (optimal string alignment; Damerau 1964).
 */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substituted = (previous[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? (older[column - 2] as number) + 1 : Infinity;
      current.push(Math.min((previous[column] as number) + 1, (current[column - 1] as number) + 1, substituted, swapped));
    }
    [older, previous] = [previous, current];
  }
  return previous[b.length] as number;
}
