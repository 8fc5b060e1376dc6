/**
 * What warren promises of its speed, as data: each target names a scenario, whom
 * it is measured against, and how good is good enough.
 *
 * `factor`: how many times as good as the rival; 5 is five times as fast, 0.5
 * half as fast. Without a rival, `least` is the figure itself.
 */
import { scenarioOf, type ScenarioName } from "../rivals/scenarios.ts";

/** A bar to clear. */
export type Bar =
  | { readonly rival: string; readonly scenario?: ScenarioName; readonly factor: number }
  | { readonly most: number };

/** A target and the further aim beyond it. */
export interface Target {
  readonly scenario: ScenarioName;
  /** Numbers of threads on which it is to be met. */
  readonly threads: readonly number[];
  readonly target: Bar;
  readonly aim?: Bar;
}

/** The targets, for the first form of each scenario. */
export const TARGETS: readonly Target[] = [
  { scenario: "spawn", threads: [2], target: { rival: "piscina", factor: 5 }, aim: { most: 1000 } },
  { scenario: "ping-pong", threads: [1], target: { rival: "go", factor: 0.5 }, aim: { rival: "go", factor: 1 } },
  { scenario: "ping-pong", threads: [2], target: { rival: "message-port", factor: 20 }, aim: { rival: "go", factor: 0.5 } },
  { scenario: "stream", threads: [2], target: { rival: "message-port", factor: 5 }, aim: { rival: "go", factor: 1 } },
  { scenario: "stream-batch", threads: [2], target: { rival: "go", scenario: "stream", factor: 1 }, aim: { rival: "go", scenario: "stream", factor: 5 } },
  { scenario: "parked", threads: [1, 2], target: { most: 1000 }, aim: { most: 500 } },
  { scenario: "dot", threads: [1, 2], target: { rival: "openblas", factor: 0.9 } },
];

/** A figure as good as `rival` times `factor`: how many times as good is `ours`? */
export function ratioOf(scenario: ScenarioName | "gophers", ours: number, theirs: number): number {
  const smallerIsBetter = scenario === "gophers" || scenarioOf(scenario).smallerIsBetter;
  return smallerIsBetter ? theirs / ours : ours / theirs;
}

/** A bar in words: "5 × message-port", "0.9 × openblas", "go's stream", "1000 ns". */
export function printBar(bar: Bar, unit: string): string {
  if ("most" in bar) return `at most ${bar.most} ${unit}`;
  const whom = bar.scenario === undefined ? bar.rival : `${bar.rival}'s ${bar.scenario}`;
  return bar.factor === 1 ? `as good as ${whom}` : `${bar.factor} × as good as ${whom}`;
}
