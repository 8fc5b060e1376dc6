/** Motion on the screen that is no event: a thing whose place changes glides there, and is there after a moment. */
import { setTo } from "./draw.js";

const GLIDE_MS = 120;

/** Whether a person asked for less motion. */
const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");

export function isReduced() {
  return REDUCED.matches;
}

/** A thing that is drawn at a place, and glides when what it does changes. */
export class Mover {
  #element;
  #key = "";
  #x = NaN;
  #y = NaN;
  #fromX = 0;
  #fromY = 0;
  #sinceMs = -Infinity;

  /** @param {Element} element */
  constructor(element) {
    this.#element = element;
  }

  /** Draws the thing. `key` says what it does: if it changes, the thing may have to glide. @param {number} now @param {string} key @param {{ readonly x: number, readonly y: number }} to */
  place(now, key, { x, y }) {
    if (key !== this.#key) {
      const isFirst = this.#key === "";
      this.#key = key;
      if (!isFirst && !isReduced()) {
        this.#fromX = this.#x;
        this.#fromY = this.#y;
        this.#sinceMs = now;
      }
    }
    const left = Math.max(0, 1 - (now - this.#sinceMs) / GLIDE_MS);
    const eased = left * left * (3 - 2 * left);
    // Between where it was and where it is to be now, which moves: so it never leaves the ways.
    this.#x = x + (this.#fromX - x) * eased;
    this.#y = y + (this.#fromY - y) * eased;
    setTo(this.#element, "transform", `translate(${this.#x.toFixed(1)} ${this.#y.toFixed(1)})`);
    return left > 0;
  }

  get x() {
    return this.#x;
  }

  get y() {
    return this.#y;
  }
}
