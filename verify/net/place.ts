/** What a fault over a network is tried with, and what comes of it. */
import type { Runtime } from "../../src/index.ts";

export interface Place {
  readonly rt: Runtime;
  readonly random: () => number;
}

export interface Report {
  readonly passed: boolean;
  readonly lines: readonly string[];
}
