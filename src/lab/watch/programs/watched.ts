/** The programs that can be watched, by name. */
import type { Watched } from "../protocol.ts";
import { gophersWatched } from "./gophers.ts";
import { balanceWatched, replicasWatched, sieveWatched } from "./others.ts";
import type { MakeProgram } from "./program.ts";

const PROGRAMS: Readonly<Record<Watched, MakeProgram>> = { gophers: gophersWatched, balance: balanceWatched, replicas: replicasWatched, sieve: sieveWatched };

/** Makes a run of a choice. */
export const watchedProgram: MakeProgram = (choice, settings) => PROGRAMS[choice.program](choice, settings);
