/**
 * What the search takes, exactly: three backends, each a whole number of units
 * from 0 to 99, each number as likely. Nothing but the backends takes time.
 */
import { KINDS, LIMIT, REPLICAS, SLOWEST, type Version } from "../../../../workers/search.ts";

/** Mean and standard deviation of the response in units, and the probability that all backends answer in time. */
export interface SearchLaw {
  readonly mean: number;
  readonly deviation: number;
  readonly complete: number;
}

/** The law of a version. */
export function searchLaw(version: Version): SearchLaw {
  const values = SLOWEST + 1;
  if (version === "1.0") {
    const variance = (values ** 2 - 1) / 12;
    return { mean: (KINDS.length * SLOWEST) / 2, deviation: Math.sqrt(KINDS.length * variance), complete: 1 };
  }
  const replicas = version === "3.0" ? REPLICAS : 1;
  const limit = version === "2.0" ? values : LIMIT;
  /** All backends, the first of each one's replicas, within `units`. */
  const within = (units: number): number => (1 - (1 - (units + 1) / values) ** replicas) ** KINDS.length;
  // E min(T, limit) = Σ P(T > k), and E min(T, limit)² = Σ (2k + 1) P(T > k), over k < limit
  const later = Array.from({ length: limit }, (_, units) => 1 - within(units));
  const mean = later.reduce((sum, chance) => sum + chance, 0);
  const square = later.reduce((sum, chance, units) => sum + (2 * units + 1) * chance, 0);
  return { mean, deviation: Math.sqrt(square - mean ** 2), complete: within(limit - 1) };
}
