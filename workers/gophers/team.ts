/**
 * Teams: which gophers a leg needs, and the channels between them.
 *
 * Channels hold as many values as there are carts, so passing a cart on never waits.
 * With smaller channels, four gophers could wait for each other forever: each with a
 * cart that the next one cannot take yet.
 */
import { chan, i32, spawn, type Chan } from "../../src/index.ts";
import { burner, carrier, loader, mover, queuer, returner, sharer, soloist } from "./crew.ts";
import type { Design } from "./design.ts";
import type { Post, Report } from "./gopher.ts";

/** A team at work: the reports of its gophers, and what to do when all have arrived. */
export interface TeamAtWork {
  readonly reports: readonly Promise<Report>[];
  /** Empties the team's channels; returns the carts found in them. */
  readonly clear: () => number[];
}

/**
 * Starts a team with the carts `first … first + carts − 1`. `post` makes the post of
 * the next gopher. The gophers wait at the gate.
 */
export function sendOut({ team, carts }: Design, first: number, post: () => Post): TeamAtWork {
  const all = Array.from({ length: carts }, (_, i) => first + i);
  switch (team) {
    case "single":
      return { reports: [spawn(soloist, post(), first)], clear: () => [] };
    case "pair":
      return carts === 1 ? shareCart(first, post) : shareEnds(all, post);
    case "trio":
      return threeInLine(all, post);
    case "quartet":
      return fourInRing(all, post);
  }
}

/** G2: the gophers pass one cart to each other. */
function shareCart(cart: number, post: () => Post): TeamAtWork {
  const carts = filled([cart], 1);
  return {
    reports: [spawn(sharer, post(), carts), spawn(sharer, post(), carts)],
    clear: () => drain(carts),
  };
}

/** G3: each gopher has a cart; a token for the pile and one for the incinerator. */
function shareEnds(carts: readonly number[], post: () => Post): TeamAtWork {
  const pile = filled([1], 1);
  const incinerator = filled([1], 1);
  return {
    reports: carts.map((cart) => spawn(queuer, post(), cart, pile, incinerator)),
    clear: () => {
      drain(pile);
      drain(incinerator);
      return [];
    },
  };
}

/**
 * G5: loader → carrier → burner, and back by the same carrier, which always brings an
 * empty cart back. So some carts start at the far end: of three, one at the pile, one
 * on the way and one at the incinerator.
 */
function threeInLine(carts: readonly number[], post: () => Post): TeamAtWork {
  const resting = Math.floor((carts.length - 1) / 2);
  const loaded = filled([], carts.length);
  const delivered = filled([], carts.length);
  const emptied = filled(carts.slice(0, resting), carts.length);
  const empties = filled(carts.slice(resting), carts.length);
  return {
    reports: [
      spawn(loader, post(), empties, loaded),
      spawn(carrier, post(), loaded, delivered, emptied, empties),
      spawn(burner, post(), delivered, emptied),
    ],
    clear: () => [],
  };
}

/** G6: loader → mover → burner → returner → loader. */
function fourInRing(carts: readonly number[], post: () => Post): TeamAtWork {
  const loaded = filled([], carts.length);
  const delivered = filled([], carts.length);
  const emptied = filled([], carts.length);
  const empties = filled(carts, carts.length);
  return {
    reports: [
      spawn(loader, post(), empties, loaded),
      spawn(mover, post(), loaded, delivered),
      spawn(burner, post(), delivered, emptied),
      spawn(returner, post(), emptied, empties),
    ],
    clear: () => [],
  };
}

/** A channel that already holds `values`. */
function filled(values: readonly number[], capacity: number): Chan<number> {
  const channel = chan(i32, capacity);
  for (const value of values) channel.trySend(value);
  return channel;
}

/** Closes a channel and returns what is in it. */
function drain(channel: Chan<number>): number[] {
  channel.close();
  const left: number[] = [];
  for (let value = channel.tryRecv(); value !== undefined; value = channel.tryRecv()) left.push(value);
  return left;
}
