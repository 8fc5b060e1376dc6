/**
 * The entry `warren/lab`: what a program would gain on more processors, from recordings
 * of it on one thread. The command `warren whatif` does the same for a module's task.
 */
export { NotPredictable } from "./doubts.ts";
export type { Limit, LimitKind, PathTask } from "./limit.ts";
export { predict, type Foreseen, type Free, type ModelCheck, type PredictOptions, type Prediction } from "./predict.ts";
export type { HandOff } from "./replay.ts";
