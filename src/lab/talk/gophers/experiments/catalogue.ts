/** The experiments, in the order of docs/talk.md, "The model". Loads no runtime. */
import type { Experiment } from "./experiment.ts";

/** Waiting gophers need one thread only; what most experiments measure is one result. */
const USUAL = { unitMs: 4, threads: 1, leastThreads: 1, results: "one" } as const;

export const EXPERIMENTS: readonly Experiment[] = [
  { ...USUAL, name: "designs", what: "on one thread, all eleven designs gain as much as the model predicts", seconds: 65, loads: 24, load: async () => (await import("./designs.ts")).designs },
  { ...USUAL, name: "carts", what: "G6 with C carts gains min(C, 4), with exponential times 4C/(C+3)", seconds: 75, loads: 20, load: async () => (await import("./carts.ts")).carts },
  { ...USUAL, name: "walk", what: "the fourth gopher helps while W < min(M, R)", seconds: 40, loads: 24, load: async () => (await import("./walk.ts")).walk },
  { ...USUAL, name: "bursts", what: "a staging pile never beats two lanes; the larger it is, the more bursts it absorbs", seconds: 70, loads: 100, load: async () => (await import("./bursts.ts")).bursts },
  { ...USUAL, threads: null, name: "axes", what: "S(G7) is S(G4)·S(G6), if there are enough cores", seconds: 35, loads: 24, load: async () => (await import("./axes.ts")).axes },
  { ...USUAL, threads: null, unitMs: null, name: "grain", what: "how much work a message must carry", seconds: 60, loads: 24, load: async () => (await import("./grain.ts")).grain },
  { unitMs: null, threads: 2, leastThreads: 2, results: "several", name: "control", what: "two threads on one core gain nothing", seconds: 60, loads: 64, load: async () => (await import("./control.ts")).control },
];
