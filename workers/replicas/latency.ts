/** How long a replica takes to answer. */

/** In units: uniform on 0 … `most`, or exponential with a mean. */
export type Latency = { readonly kind: "uniform"; readonly most: number } | { readonly kind: "exponential"; readonly mean: number };

/** One latency, in units. `random` gives numbers in [0, 1). */
export function drawLatency(latency: Latency, random: () => number): number {
  return latency.kind === "uniform" ? latency.most * random() : -latency.mean * Math.log(1 - random());
}

/** The mean of the minimum of `n` latencies, in units: a/(n+1), mean/n. */
export function meanOfLeast(latency: Latency, n: number): number {
  return latency.kind === "uniform" ? latency.most / (n + 1) : latency.mean / n;
}
