/** Things that fly from one place to another after something happened. The flight is for the eye: the story has moved on. */
import { isReduced } from "../motion.js";
import { svg } from "../draw.js";

/** @typedef {{ readonly x: number, readonly y: number }} Place */
/** @typedef {{ readonly drawing: SVGElement, readonly from: Place, readonly to: Place, readonly startMs: number, readonly rise: number, readonly turns: number, readonly arrived: () => void, isOver: boolean }} Flight */

/** A stage takes so much of the height of the window, so that what ran when is seen with it. */
export const PART_OF_SCREEN = 0.36;
const FLIGHT_MS = 420;
/** More in the air are not drawn. */
const MOST = 60;

export class Flights {
  layer = svg("g", { class: "flights" });
  /** @type {Flight[]} */
  #flights = [];

  /**
   * Sends a drawing on its way. Where motion is reduced, or too much is in the air, it arrives immediately.
   *
   * @param {SVGElement} drawing
   * @param {{ readonly from: Place, readonly to: Place, readonly startMs: number, readonly rise?: number, readonly turns?: number, readonly arrived?: () => void }} flight
   */
  send(drawing, { from, to, startMs, rise = 0, turns = 0, arrived = nothing }) {
    if (isReduced() || this.#flights.length >= MOST) {
      arrived();
      return;
    }
    drawing.setAttribute("transform", `translate(${from.x.toFixed(1)} ${from.y.toFixed(1)})`);
    this.layer.append(drawing);
    this.#flights.push({ drawing, from, to, startMs, rise, turns, arrived, isOver: false });
  }

  /** @param {number} now */
  draw(now) {
    if (this.#flights.length === 0) return;
    for (const flight of this.#flights) {
      const { from, to, rise, turns } = flight;
      const part = (now - flight.startMs) / FLIGHT_MS;
      if (part >= 1) {
        flight.isOver = true;
        flight.drawing.remove();
        flight.arrived();
      } else if (part > 0) {
        const [x, y] = [from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part - rise * 4 * part * (1 - part)];
        flight.drawing.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})${turns === 0 ? "" : ` rotate(${Math.round(part * turns)})`}`);
      }
    }
    if (this.#flights.some(({ isOver }) => isOver)) this.#flights = this.#flights.filter(({ isOver }) => !isOver);
  }

  /** The playhead has jumped: nothing is on its way. */
  clear() {
    for (const { drawing } of this.#flights) drawing.remove();
    this.#flights = [];
  }

  get isEmpty() {
    return this.#flights.length === 0;
  }
}

function nothing() {}
