/** What can be chosen, as a page lists it. Loads no runtime, so that a misspelt option is answered at once. */
import { DESIGN_IDS, designOf, takesCarts, WORLDS, type DesignId } from "../talk/gophers/grid.ts";
import { SAYINGS } from "../talk/gophers/sayings.ts";
import type { Choice, Welcome } from "./protocol.ts";

/** Carts of a team that a page can show. */
const MOST_CARTS = 12;
/** As many cores as the prediction is made for. */
export const MOST_WATCHED_THREADS = 64;

/** Most carts that can be chosen for a design. */
export function mostCartsOf(design: DesignId): number {
  return takesCarts(design) ? MOST_CARTS : designOf(design).carts;
}

/** The designs, the worlds and the number of threads that can be chosen. */
export const CHOICES: Pick<Welcome, "designs" | "worlds" | "mostThreads"> = {
  designs: DESIGN_IDS.map((id) => ({ id, what: SAYINGS[id][0], takesCarts: takesCarts(id), mostCarts: mostCartsOf(id) })),
  worlds: WORLDS,
  mostThreads: MOST_WATCHED_THREADS,
};

/** What is watched if nothing else is asked for: four gophers in progress, on two threads if there are two cores. */
export function usualChoice(cores: number): Choice {
  return { program: "gophers", design: "G6", world: "wait", threads: Math.min(2, cores), carts: null };
}
