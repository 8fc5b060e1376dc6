/**
 * What all stages have: a drawing that is built anew for each width, and things that fly
 * over it. The classes below it say how large it is, build it, and show a time on it.
 */
import { setTo, svg } from "../draw.js";
import { Flights } from "./flights.js";

/** A drawing of so many units, on so many pixels. @typedef {{ readonly width: number, readonly height: number, readonly pixelHeight?: number }} Size */

export class StageView {
  element;
  flights = new Flights();
  /** Called for each book that arrives in a flame. @type {() => void} */
  onArrival = () => {};
  #pixels = 0;
  #shownMs = -1;

  /** @param {string} classes @param {string} label what a person hears who does not see it */
  constructor(classes, label) {
    this.element = svg("svg", { class: classes, role: "img", "aria-label": label });
  }

  /** Its size on a width. @param {number} pixels @param {boolean} _isPresented @returns {Size} */
  sizeOn(pixels, _isPresented) {
    return { width: pixels, height: pixels };
  }

  /** Draws what does not change with time. */
  build() {}

  /** Shows a time. `since`: what was shown before, if the playhead came from there and did not jump. @param {number} _now @param {number} _t @param {number | null} _since */
  show(_now, _t, _since) {}

  /** What has arrived by this picture is known. @param {number} _now */
  settle(_now) {}

  /** Draws all anew for a width. @param {number} pixels @param {boolean} isPresented */
  resize(pixels, isPresented) {
    if (pixels === this.#pixels) return;
    this.#pixels = pixels;
    const { width, height, pixelHeight = (height * pixels) / width } = this.sizeOn(pixels, isPresented);
    setTo(this.element, "viewBox", `0 0 ${width} ${height}`);
    setTo(this.element, "width", pixels);
    setTo(this.element, "height", Math.round(pixelHeight));
    this.flights.clear();
    this.build();
    this.#shownMs = -1;
  }

  /** Draws a time. `isContinuous`: the playhead came here from what was drawn last, not by a jump. @param {number} now @param {number} t @param {boolean} isContinuous */
  draw(now, t, isContinuous) {
    const since = isContinuous && this.#shownMs >= 0 && t >= this.#shownMs ? this.#shownMs : null;
    if (since === null) this.flights.clear();
    this.#shownMs = t;
    this.show(now, t, since);
    this.flights.draw(now);
    this.settle(now);
  }

  /** Whether something still moves although the playhead stands. */
  get isMoving() {
    return !this.flights.isEmpty;
  }
}
