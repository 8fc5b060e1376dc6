import type { DesignId } from "./grid.ts";

/** What each design is and what the talk says of it (docs/talk.md, "The eleven designs"). */
export const SAYINGS: Readonly<Record<DesignId, readonly [work: string, claim: string]>> = {
  G1: ["one gopher does all four steps", "too slow"],
  G2: ["share one cart", "no gain: more gophers need more carts"],
  G3: ["two carts; one gopher at a time at each end", "faster, but they queue at both ends"],
  G4: ["G1 twice, nothing shared", "twice as fast"],
  G5: ["load; carry and return; burn", "better, with delays"],
  G6: ["one step each: load, carry, burn, return", "four times G1 at best"],
  G7: ["G6 twice", "another axis of parallelism"],
  G8: ["with a staging pile between them", "a different structure"],
  G9: ["G8 twice", "the usual way: the same thing more often"],
  G10: ["a team of four on each side of a staging pile", "the staging pile and the team of four"],
  G11: ["G10 twice", "full optimisation"],
};
