type Sample = readonly [x: number, y: number];

/** A straight line through samples, by least squares. */
export interface Line {
  /** Change of y for one of x. */
  readonly slope: number;
  /** Standard error of the slope; NaN for fewer than three samples. */
  readonly error: number;
}

export function fitLine(samples: readonly Sample[]): Line {
  const n = samples.length;
  const mean = (at: 0 | 1): number => samples.reduce((sum, sample) => sum + sample[at], 0) / n;
  const [x, y] = [mean(0), mean(1)];
  const sxx = samples.reduce((sum, [each]) => sum + (each - x) ** 2, 0);
  const slope = samples.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / sxx;
  const residuals = samples.reduce((sum, [a, b]) => sum + (b - y - slope * (a - x)) ** 2, 0);
  return { slope, error: n < 3 ? Number.NaN : Math.sqrt(residuals / (n - 2) / sxx) };
}

/**
 * The medians of so many equal runs of consecutive samples: resident memory rises and
 * falls for minutes, so neighbouring samples are not independent, and the standard error
 * of a line through all of them would be far too small.
 */
export function medians(samples: readonly Sample[], runs: number): Sample[] {
  const count = Math.min(runs, samples.length);
  const begin = (run: number): number => Math.floor((run * samples.length) / count);
  return Array.from({ length: count }, (_, run) => {
    const some = samples.slice(begin(run), begin(run + 1));
    const middle = (at: 0 | 1): number => some.map((sample) => sample[at]).toSorted((a, b) => a - b)[some.length >> 1] as number;
    return [middle(0), middle(1)];
  });
}
