/** A task as a gopher: its colour and badge are those of its thread, its face says what it does. */
/** @import { Activity } from "../../story/activity.js" */
import { badge, colourOf, gopherDrawing, setTo, svg } from "../draw.js";
import { Mover } from "../motion.js";

export class Figure {
  element;
  mover;
  #body;
  #badge = svg("g", { class: "badge-place", transform: "translate(18 -52)" });
  #thread = -1;

  /** @param {string | number} label @param {Readonly<Record<string, string | number>>} [attributes] @param {number} [size] 1: as large as in the story of the gophers */
  constructor(label, attributes = {}, size = 1) {
    const drawing = gopherDrawing(label);
    this.#body = /** @type {Element} */ (drawing.querySelector(".body"));
    const inner = size === 1 ? [drawing, this.#badge] : [svg("g", { transform: `scale(${size})` }, [drawing, this.#badge])];
    this.element = svg("g", { ...attributes, "data-state": "absent" }, inner);
    this.mover = new Mover(this.element);
  }

  /** @param {Activity} activity @param {number} task @param {number} t */
  show(activity, task, t) {
    const thread = activity.threadOf(task);
    if (thread !== this.#thread) {
      this.#thread = thread;
      this.#badge.replaceChildren(...(thread < 0 ? [] : [badge(thread)]));
      setTo(this.element, "data-thread", thread);
      this.element.style.setProperty("--own", colourOf(thread));
    }
    setTo(this.element, "data-state", activity.doing(task, t).kind);
  }

  /** @param {1 | -1} facing */
  face(facing) {
    setTo(this.#body, "transform", `scale(${facing} 1)`);
  }
}
