/** The stage of the sieve: a generator and a chain of filters that grows. Each filter drops the multiples of its prime and passes on the rest. */
/** @import { SieveStory, FilterNow } from "../../story/sieve.js" */
/** @import { Activity } from "../../story/activity.js" */
import { badge, colourOf, say, setTo, svg } from "../draw.js";
import { Figure } from "./figure.js";
import { StageView } from "./stage-view.js";

const BOX = 76;
const ROW = 124;
/** Where a filter shows its number, under its middle. */
const NUMBER_Y = 48;
const FIRST_X = 108;
const TOP = 34;
const LARGEST = 1.2;
const LEAST_WIDTH = 420;
/** More filters are drawn as one. */
const MOST_FILTERS = 60;

/** @typedef {{ box: SVGElement, number: SVGElement, what: SVGElement, prime: SVGElement, thread: number, badge: SVGElement }} DrawnFilter */

export class SieveStageView extends StageView {
  #story;
  #activity;
  #width = 0;
  #generator = new Figure("");
  #sent = svg("text", { class: "amount" });
  #primes = svg("text", { class: "amount left" });
  /** @type {DrawnFilter[]} */
  #filters = [];

  /** @param {SieveStory} story @param {Activity} activity */
  constructor(story, activity) {
    super("gopher-stage sieve-stage", `The prime sieve: numbers go through a chain of ${story.stage.primes} filters`);
    this.#story = story;
    this.#activity = activity;
  }

  get #perRow() {
    return Math.max(1, Math.floor((this.#width - FIRST_X) / BOX));
  }

  get #count() {
    return Math.min(MOST_FILTERS, this.#story.stage.primes);
  }

  /** The middle of a filter, from 0; −1: the generator. @param {number} k */
  #place(k) {
    if (k < 0) return { x: 46, y: TOP + 46 };
    return { x: FIRST_X + (k % this.#perRow) * BOX + BOX / 2 - 6, y: TOP + Math.floor(k / this.#perRow) * ROW + 30 };
  }

  get #height() {
    return TOP + Math.ceil(this.#count / this.#perRow) * ROW + 26;
  }

  /** @override @param {number} pixels @param {boolean} isPresented */
  sizeOn(pixels, isPresented) {
    const width = Math.max(LEAST_WIDTH, Math.round(pixels / (isPresented ? LARGEST * 1.3 : LARGEST)));
    this.#width = width;
    return { width, height: this.#height };
  }

  /** @override */
  build() {
    this.#generator = new Figure("", { "data-generator": 1 }, 0.95);
    this.#generator.mover.place(0, "here", { x: 46, y: TOP + 66 });
    for (const [on, x, y] of /** @type {const} */ ([[this.#sent, 46, TOP + 86], [this.#primes, 4, this.#height - 8]])) {
      setTo(on, "x", x);
      setTo(on, "y", y);
    }
    this.#filters = Array.from({ length: this.#count }, (_, k) => {
      const { x, y } = this.#place(k);
      const number = svg("text", { class: "filter-number", y: NUMBER_Y + 5 });
      const what = svg("text", { class: "filter-what", y: NUMBER_Y + 21 });
      const badgePlace = svg("g", { transform: "translate(26 -22) scale(0.8)" });
      const prime = svg("text", { class: "filter-prime", y: 7 });
      const box = svg("g", { class: "filter", transform: `translate(${x} ${y})`, visibility: "hidden" }, [svg("line", { class: "chain", x1: -44, x2: -29, y1: 0, y2: 0 }), svg("rect", { class: "filter-box", x: -28, y: -24, width: 56, height: 50, rx: 8 }), prime, number, what, badgePlace]);
      return { box, number, what, prime, thread: -1, badge: badgePlace };
    });
    this.element.replaceChildren(svg("text", { class: "amount left", x: 4, y: 14 }, ["2, 3, 4, … go through a chain of filters; each drops the multiples of its prime"]), ...this.#filters.map(({ box }) => box), this.#generator.element, this.#sent, this.#primes, this.flights.layer);
  }

  /** @override @param {number} now @param {number} t @param {number | null} since */
  show(now, t, since) {
    const { generator, sent, filters, primes } = this.#story.at(t);
    if (since !== null) this.#send(now, since, t, filters);
    this.#generator.show(this.#activity, generator, t);
    say(this.#sent, sent > 1 ? `sends ${sent}` : "");
    say(this.#primes, primes.length === 0 ? "" : `${primes.length} of ${this.#story.stage.primes} primes: ${primes.slice(-14).join(", ")}`);
    for (const [k, drawn] of this.#filters.entries()) {
      const filter = filters[k];
      setTo(drawn.box, "visibility", filter === undefined ? "hidden" : "visible");
      if (filter !== undefined) this.#drawFilter(drawn, filter, t);
    }
  }

  /** @param {DrawnFilter} drawn @param {FilterNow} filter @param {number} t */
  #drawFilter(drawn, { prime, task, last }, t) {
    const thread = this.#activity.threadOf(task);
    if (thread !== drawn.thread) {
      drawn.thread = thread;
      drawn.badge.replaceChildren(...(thread < 0 ? [] : [badge(thread)]));
      drawn.box.style.setProperty("--own", colourOf(thread));
      setTo(drawn.box, "data-thread", thread);
    }
    setTo(drawn.box, "data-filter", prime);
    setTo(drawn.box, "data-state", this.#activity.doing(task, t).kind);
    say(drawn.prime, prime);
    say(drawn.number, last === null ? "" : last.n);
    say(drawn.what, last === null ? "" : last.what === "drop" ? "dropped" : last.what === "pass" ? "passed on" : "tested");
    setTo(drawn.box, "data-what", last?.what ?? "");
  }

  /** Numbers on their way: to the next filter, or out. @param {number} now @param {number} from @param {number} to @param {readonly FilterNow[]} filters */
  #send(now, from, to, filters) {
    for (const { what, n, prime } of this.#story.movesIn(from, to)) {
      const k = filters.findIndex((filter) => filter.prime === prime);
      if (k < 0 && what !== "send") continue;
      if (what === "pass" && k + 1 >= this.#filters.length) continue;
      const start = this.#place(k);
      const end = what === "drop" ? { x: start.x, y: start.y + 92 } : this.#place(k + 1);
      this.flights.send(svg("g", { class: `flying ${what}` }, [svg("circle", { r: 10 }), svg("text", { y: 4 }, [String(n)])]), { from: { x: start.x, y: k < 0 ? start.y : start.y + NUMBER_Y }, to: { x: end.x, y: what === "drop" ? end.y : end.y + NUMBER_Y }, startMs: now });
    }
  }
}
