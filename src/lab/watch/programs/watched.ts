/** What can be watched: the programs, and what a page must know of them. */
import { DESIGN_IDS, designOf, takesCarts, WORLDS } from "../../talk/gophers/grid.ts";
import { SAYINGS } from "../../talk/gophers/sayings.ts";
import type { Choice, Watched, Welcome } from "../protocol.ts";
import { gophersWatched } from "./gophers.ts";
import { balanceWatched, replicasWatched, sieveWatched } from "./others.ts";
import type { MakeProgram } from "./program.ts";

const PROGRAMS: Readonly<Record<Watched, MakeProgram>> = { gophers: gophersWatched, balance: balanceWatched, replicas: replicasWatched, sieve: sieveWatched };

/** Makes a run of a choice. */
export const watchedProgram: MakeProgram = (choice, settings) => PROGRAMS[choice.program](choice, settings);

/** What is watched if nothing else is asked for: concurrency without parallelism, in one look. */
export const USUAL_CHOICE: Choice = { program: "gophers", design: "G6", world: "wait", threads: 2, carts: null };

/** Carts of a team that a page can show. */
export const MOST_CARTS = 12;
/** More cores than a person can imagine. */
export const MOST_WATCHED_THREADS = 64;

/** The designs, as a page lists them. */
export const WATCHED_DESIGNS: Welcome["designs"] = DESIGN_IDS.map((id) => ({
  id,
  what: SAYINGS[id][0],
  takesCarts: takesCarts(id),
  mostCarts: takesCarts(id) ? MOST_CARTS : designOf(id).carts,
}));

/** The worlds, as a page lists them. */
export const WATCHED_WORLDS: readonly string[] = WORLDS;
