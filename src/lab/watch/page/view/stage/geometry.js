/**
 * Where things stand on the stage of gophers: a pure function of the story. Units of the drawing.
 *
 * Each leg is a ring. A cart is loaded on its left side and goes up, is carried to the right along the top, is
 * emptied on the right side and goes down, and returns along the bottom. So one step ends
 * where the next begins, and waiting carts queue at the corners.
 */
/** @import { CartNow, GopherNow, GopherStage, Step, Zone } from "../../story/gophers.js" */

/**
 * @typedef {{ readonly x: number, readonly y: number }} Point
 * @typedef {Point & { readonly facing: 1 | -1 }} Stand
 * @typedef {{ readonly left: number, readonly right: number, readonly apart: number, readonly queue: number }} Leg
 */

const PILE = 84;
const FIRE = 96;
const STAGING = 84;
/** From the pile to the carts: a gopher stands between. */
const STAND_ROOM = 52;
/** From the middle of a cart to the gopher that pushes. */
const PUSH = 33;
/** The height of a lane. */
export const LANE = 168;
const TOP = 82;
const LOW = 152;
/** Space of a waiting cart. */
const CART = 40;
const QUEUE_PART = 0.36;

/** All positions of one stage at one width. */
export class Geometry {
  width;
  height;
  /** @type {Leg[]} */
  #legs = [];
  /** How many gophers of a team come before a gopher, by its number, and how many there are. @type {Map<number, { index: number, of: number, role: string }>} */
  #places = new Map();

  /** @param {GopherStage} stage @param {number} width */
  constructor(stage, width) {
    this.width = width;
    this.height = stage.lanes * LANE;
    const legWidth = (width - PILE - FIRE - (stage.legs - 1) * STAGING) / stage.legs;
    for (let leg = 0; leg < stage.legs; leg++) {
      const from = PILE + leg * (legWidth + STAGING);
      const [left, right] = [from + STAND_ROOM, from + legWidth - STAND_ROOM];
      const carts = Math.max(1, ...stage.carts.filter((cart) => cart.leg === leg).map((cart) => stage.carts.filter((other) => other.lane === cart.lane && other.leg === leg).length));
      const apart = Math.min(CART, ((right - left) * QUEUE_PART) / Math.max(1, carts - 1));
      this.#legs.push({ left, right, apart, queue: (carts - 1) * apart });
    }
    for (const gopher of stage.gophers) {
      const team = stage.gophers.filter(({ lane, leg }) => lane === gopher.lane && leg === gopher.leg);
      this.#places.set(gopher.n, { index: team.indexOf(gopher), of: team.length, role: gopher.role });
    }
  }

  /** The upper edge of a lane. @param {number} lane */
  laneTop(lane) {
    return lane * LANE;
  }

  /** The middle of the pile of a lane, on its ground. @param {number} lane @returns {Point} */
  pile(lane) {
    return { x: PILE / 2, y: lane * LANE + LOW };
  }

  /** @param {number} lane @returns {Point} */
  staging(lane) {
    return { x: this.#leg(0).right + STAND_ROOM + STAGING / 2, y: lane * LANE + LOW };
  }

  /** @param {number} lane @returns {Point} */
  incinerator(lane) {
    return { x: this.width - FIRE / 2, y: lane * LANE + LOW };
  }

  /** The way of a leg's carts, as a path. @param {number} lane @param {number} leg */
  ring(lane, leg) {
    const { left, right } = this.#leg(leg);
    const [top, low, round] = [lane * LANE + TOP, lane * LANE + LOW, 16];
    return `M${left + round} ${top}H${right - round}Q${right} ${top} ${right} ${top + round}V${low - round}Q${right} ${low} ${right - round} ${low}H${left + round}Q${left} ${low} ${left} ${low - round}V${top + round}Q${left} ${top} ${left + round} ${top}Z`;
  }

  /** @param {number} leg @returns {Leg} */
  #leg(leg) {
    return /** @type {Leg} */ (this.#legs[Math.min(leg, this.#legs.length - 1)]);
  }

  /** Where a cart waits. @param {number} lane @param {number} leg @param {Zone} zone @param {number} slot @returns {Point} */
  #waiting(lane, leg, zone, slot) {
    const { left, right, apart, queue } = this.#leg(leg);
    const [top, low] = [lane * LANE + TOP, lane * LANE + LOW];
    switch (zone) {
      case "near empty":
        return { x: left + slot * apart, y: low };
      case "near full":
        return { x: left + queue - slot * apart, y: top };
      case "far full":
        return { x: right - slot * apart, y: top };
      case "far empty":
        return { x: right - queue + slot * apart, y: low };
    }
  }

  /** The way of a cart in a step. @param {number} lane @param {number} leg @param {Step} step @returns {Point[]} */
  #way(lane, leg, { kind, startSlot, endSlot }) {
    const { left, right } = this.#leg(leg);
    const [top, low] = [lane * LANE + TOP, lane * LANE + LOW];
    switch (kind) {
      case "load":
        return [this.#waiting(lane, leg, "near empty", startSlot), { x: left, y: low }, { x: left, y: top }, this.#waiting(lane, leg, "near full", endSlot)];
      case "carry":
        return [this.#waiting(lane, leg, "near full", startSlot), this.#waiting(lane, leg, "far full", endSlot)];
      case "burn":
      case "unload":
        return [this.#waiting(lane, leg, "far full", startSlot), { x: right, y: top }, { x: right, y: low }, this.#waiting(lane, leg, "far empty", endSlot)];
      default:
        return [this.#waiting(lane, leg, "far empty", startSlot), this.#waiting(lane, leg, "near empty", endSlot)];
    }
  }

  /** @param {Pick<CartNow, "lane" | "leg" | "step" | "progress" | "zone" | "slot">} cart @returns {Point} */
  cart({ lane, leg, step, progress, zone, slot }) {
    return step === null ? this.#waiting(lane, leg, zone, slot) : alongWay(this.#way(lane, leg, step), progress);
  }

  /** @param {GopherNow} gopher @returns {Stand} */
  gopher({ n, lane, leg, step, progress, last }) {
    const place = this.#places.get(n) ?? { index: 0, of: 1, role: "all" };
    if (last === null) return this.#home(lane, leg, place);
    const at = this.#atStep(lane, leg, last, step === null ? 1 : progress, place.role);
    // Several that do the same would stand on each other.
    return step === null && place.role === "all" && place.of > 1 ? { ...at, x: at.x + 30, y: at.y - 24 } : at;
  }

  /** @param {number} lane @param {number} leg @param {Step} step @param {number} progress @param {string} role @returns {Stand} */
  #atStep(lane, leg, step, progress, role) {
    const { left, right, queue } = this.#leg(leg);
    if (step.kind === "walk") {
      const [top, low] = [lane * LANE + TOP, lane * LANE + LOW];
      const isBack = role === "return";
      const [from, to, y] = isBack ? [left + PUSH, right - queue + PUSH, low] : [right - PUSH, left + queue - PUSH, top];
      return { x: from + (to - from) * progress, y, facing: isBack ? 1 : -1 };
    }
    const { x, y } = alongWay(this.#way(lane, leg, step), progress);
    switch (step.kind) {
      case "load":
        return role === "load" ? { x: left - PUSH, y, facing: 1 } : { x: x + PUSH * (1 - 2 * progress), y, facing: 1 };
      case "carry":
        return { x: x - PUSH, y, facing: 1 };
      case "burn":
      case "unload":
        return role === "burn" ? { x: right + PUSH, y, facing: -1 } : { x: x - PUSH * (1 - 2 * progress), y, facing: progress < 0.5 ? 1 : -1 };
      default:
        return { x: x + PUSH, y, facing: -1 };
    }
  }

  /** Where a gopher stands before its first step. @param {number} lane @param {number} leg @param {{ index: number, role: string }} place @returns {Stand} */
  #home(lane, leg, { index, role }) {
    const { left, right, queue } = this.#leg(leg);
    const [top, low] = [lane * LANE + TOP, lane * LANE + LOW];
    switch (role) {
      case "load":
        return { x: left - PUSH, y: low, facing: 1 };
      case "burn":
        return { x: right + PUSH, y: top, facing: -1 };
      case "return":
        return { x: right - queue + PUSH, y: low, facing: -1 };
      case "all":
        return { x: left + PUSH + index * 34, y: low - index * 24, facing: 1 };
      default:
        return { x: left + queue - PUSH, y: top, facing: 1 };
    }
  }
}

/** A point on a way, by the part of its length. @param {readonly Point[]} way @param {number} part @returns {Point} */
export function alongWay(way, part) {
  const lengths = way.slice(1).map((to, k) => Math.hypot(to.x - /** @type {Point} */ (way[k]).x, to.y - /** @type {Point} */ (way[k]).y));
  let left = lengths.reduce((sum, length) => sum + length, 0) * Math.min(1, Math.max(0, part));
  for (const [k, length] of lengths.entries()) {
    const [from, to] = [/** @type {Point} */ (way[k]), /** @type {Point} */ (way[k + 1])];
    if (left <= length && length > 0) return { x: from.x + ((to.x - from.x) * left) / length, y: from.y + ((to.y - from.y) * left) / length };
    left -= length;
  }
  return /** @type {Point} */ (way.at(-1));
}
