/** All loads, in the order in which they run. */
import { LINEARIZABLE } from "../linear/linear-load.ts";
import { CANCEL_LOADS } from "./cancel-loads.ts";
import { FLAT_LOADS } from "./flat-loads.ts";
import { SELECT_LOADS } from "./select-loads.ts";
import { STREAM_LOADS } from "./stream-loads.ts";
import type { Stress } from "./stress.ts";
import { TASK_LOADS } from "./task-loads.ts";

export const LOADS: readonly Stress[] = [...STREAM_LOADS, ...SELECT_LOADS, ...CANCEL_LOADS, ...FLAT_LOADS, ...TASK_LOADS, LINEARIZABLE];
