/**
 * Teams: which gophers a leg needs, and the channels between them.
 *
 * Channels hold as many values as there are carts, so handing a cart on never
 * waits: with less, four gophers each holding a cart that the next one has no
 * hand free for would stand in a ring for ever.
 */
import { chan, i32, spawn, type Chan } from "../../src/index.ts";
import { burner, carrier, loader, mover, queuer, returner, sharer, soloist } from "./crew.ts";
import type { Design } from "./design.ts";
import type { Post, Report } from "./gopher.ts";

/** A team at work: its gophers' reports, and what to do when all are in. */
export interface TeamAtWork {
  readonly reports: readonly Promise<Report>[];
  /** Takes away what is left in the team's channels; returns the carts found there. */
  readonly clear: () => number[];
}

/**
 * Sends a team out with carts `first … first + carts − 1`. `post` makes the
 * post of the next gopher. They wait at the gate.
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

/** G2: one cart goes from hand to hand. */
function shareCart(cart: number, post: () => Post): TeamAtWork {
  const carts = filled([cart], 1);
  return {
    reports: [spawn(sharer, post(), carts), spawn(sharer, post(), carts)],
    clear: () => drain(carts),
  };
}

/** G3: a cart each, a token for the pile and one for the incinerator. */
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
 * G5: loader → carrier → burner, and back by the same carrier. He always brings
 * an empty cart home, so some start at the far end: with three, one at the pile,
 * one on the way and one at the incinerator.
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

/** Closes a channel and takes out what is in it. */
function drain(channel: Chan<number>): number[] {
  channel.close();
  const left: number[] = [];
  for (let value = channel.tryRecv(); value !== undefined; value = channel.tryRecv()) left.push(value);
  return left;
}
