/**
 * The stage of the load balancer: requesters above, the balancer with its heap in the middle,
 * the workers with their queues below. The heap is a tree of workers, fewest pending requests at the top.
 */
/** @import { BalanceStory } from "../../story/balance.js" */
/** @import { Activity } from "../../story/activity.js" */
import { say, setTo, svg } from "../draw.js";
import { Figure } from "./figure.js";
import { PART_OF_SCREEN } from "./flights.js";
import { StageView } from "./stage-view.js";
import { Mover } from "../motion.js";

const HEIGHT = 404;
const REQUESTERS_Y = 62;
const BALANCER_Y = 190;
const HEAP_TOP = 108;
const LEVEL = 48;
const WORKERS_Y = 382;
const LARGEST = 1.1;
const LEAST_WIDTH = 460;
const USUAL_WIDTH = 720;
const NODE = 17;
/** Dots of a queue that are drawn; more are a number. */
const MOST_DOTS = 9;

export class BalanceStageView extends StageView {
  #story;
  #activity;
  #width = 0;
  /** @type {Figure[]} */
  #requesters = [];
  /** @type {{ figure: Figure, dots: SVGElement[], more: SVGElement, arc: SVGElement, x: number, all: SVGElement[] }[]} */
  #workers = [];
  /** @type {{ mover: Mover, node: SVGElement, pending: SVGElement }[]} */
  #nodes = [];
  #balancer = new Figure("B");

  /** @param {BalanceStory} story @param {Activity} activity */
  constructor(story, activity) {
    const { workers, requesters, policy } = story.stage;
    super("gopher-stage balance-stage", `A load balancer gives the requests of ${requesters} requesters to ${workers} workers; policy: ${policy}`);
    this.#story = story;
    this.#activity = activity;
  }

  /** @override @param {number} pixels @param {boolean} isPresented */
  sizeOn(pixels, isPresented) {
    const { workers, requesters } = this.#story.stage;
    const scale = Math.min(pixels / LEAST_WIDTH, isPresented ? LARGEST * 1.5 : LARGEST, (innerHeight * PART_OF_SCREEN) / HEIGHT);
    // Few stand close together, so that one sees them with one look.
    const width = Math.round(Math.min(pixels / scale, Math.max(USUAL_WIDTH, workers * 110, requesters * 74)));
    this.#width = width;
    return { width, height: HEIGHT, pixelHeight: HEIGHT * scale };
  }

  /** @override */
  build() {
    const { workers, requesters } = this.#story.stage;
    const width = this.#width;
    const lines = svg("g", { class: "branches" });
    for (let place = 1; place < workers; place++) {
      const [from, to] = [this.#seat((place - 1) >> 1), this.#seat(place)];
      lines.append(svg("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y }));
    }
    const small = Math.min(0.85, width / (requesters * 56));
    this.#requesters = Array.from({ length: requesters }, (_, n) => {
      const figure = new Figure(n, { "data-requester": n }, small);
      figure.mover.place(0, "here", { x: ((n + 0.5) * width) / requesters, y: REQUESTERS_Y });
      return figure;
    });
    const size = Math.min(1.15, width / (workers * 62));
    this.#workers = Array.from({ length: workers }, (_, n) => {
      const x = ((n + 0.5) * width) / workers;
      const figure = new Figure(n, { "data-worker": n }, size);
      figure.mover.place(0, "here", { x: x + 12, y: WORKERS_Y });
      const dots = Array.from({ length: MOST_DOTS }, (_, k) => svg("circle", { class: "request", cx: x - 24 * size - 4, cy: WORKERS_Y - 8 - 12 * k, r: 4.600, visibility: "hidden" }));
      const more = svg("text", { class: "amount", x: x - 24 * size - 4, y: WORKERS_Y - 8 - 12 * MOST_DOTS });
      const arc = svg("rect", { class: "service", x: x + 12 - 20, y: WORKERS_Y + 6, width: 0, height: 6, rx: 3 });
      const track = svg("rect", { class: "service-track", x: x + 12 - 20, y: WORKERS_Y + 6, width: 40, height: 6, rx: 3 });
      return { figure, dots, more, arc, x, all: [track, arc, ...dots, more, figure.element] };
    });
    this.#nodes = Array.from({ length: workers }, (_, n) => {
      const pending = svg("text", { class: "node-pending", y: 13 });
      const node = svg("g", { class: "seat", "data-seat": n }, [svg("circle", { r: NODE }), svg("text", { class: "node-worker", y: 1 }, [String(n)]), pending]);
      return { mover: new Mover(node), node, pending };
    });
    const balancer = { x: width * 0.2, y: BALANCER_Y };
    this.#balancer = new Figure("B", { "data-balancer": 1 }, 1.1);
    this.#balancer.mover.place(0, "here", balancer);
    this.element.replaceChildren(
      svg("text", { class: "amount left", x: 4, y: 13 }, ["requesters"]),
      svg("text", { class: "amount", x: balancer.x, y: BALANCER_Y + 17 }, ["balancer"]),
      svg("text", { class: "amount left", x: width * 0.68 + 34, y: HEAP_TOP + 4 }, ["next"]),
      svg("text", { class: "amount left", x: 4, y: WORKERS_Y - 124 }, ["workers, and requests that wait there"]),
      lines,
      ...this.#nodes.map(({ node }) => node),
      ...this.#requesters.map(({ element }) => element),
      this.#balancer.element,
      ...this.#workers.flatMap(({ all }) => all),
      this.flights.layer,
    );
  }

  /** The middle of a place in the heap. @param {number} place */
  #seat(place) {
    const level = Math.floor(Math.log2(place + 1));
    const count = 2 ** level;
    const [left, width] = [this.#width * 0.38, this.#width * 0.6];
    return { x: left + ((place + 1 - count + 0.5) * width) / count, y: HEAP_TOP + level * LEVEL };
  }

  /** @override @param {number} now @param {number} t @param {number | null} since */
  show(now, t, since) {
    const { workers, requesters, balancer } = this.#story.at(t);
    if (since !== null) this.#send(now, since, t);
    for (const [n, { task, isWaiting }] of requesters.entries()) {
      const figure = this.#requesters[n];
      figure?.show(this.#activity, task, t);
      if (figure !== undefined) setTo(figure.element, "data-waiting", String(isWaiting));
    }
    this.#balancer.show(this.#activity, balancer, t);
    for (const [n, { task, pending, serving, place }] of workers.entries()) {
      const [drawn, node] = [this.#workers[n], this.#nodes[n]];
      if (drawn === undefined || node === undefined) continue;
      drawn.figure.show(this.#activity, task, t);
      setTo(drawn.figure.element, "data-pending", pending);
      for (const [k, dot] of drawn.dots.entries()) {
        setTo(dot, "visibility", k < pending ? "visible" : "hidden");
        setTo(dot, "class", k === 0 && serving !== null ? "request served" : "request");
      }
      say(drawn.more, pending > MOST_DOTS ? `+${pending - MOST_DOTS}` : "");
      setTo(drawn.arc, "width", ((serving ?? 0) * 40).toFixed(1));
      setTo(node.node, "visibility", place < 0 ? "hidden" : "visible");
      setTo(node.node, "data-place", place);
      say(node.pending, pending);
      if (place >= 0) node.mover.place(now, String(place), this.#seat(place));
    }
  }

  /** @param {number} now @param {number} from @param {number} to */
  #send(now, from, to) {
    const balancer = { x: this.#balancer.mover.x, y: BALANCER_Y - 30 };
    for (const { what, n } of this.#story.movesIn(from, to)) {
      const dot = svg("circle", { class: what === "served" ? "request answer" : "request", r: 5 });
      const [worker, requester] = [this.#workers[n], this.#requesters[n]];
      if (what === "ask" && requester !== undefined) this.flights.send(dot, { from: { x: requester.mover.x, y: REQUESTERS_Y - 10 }, to: balancer, startMs: now });
      else if (what === "give" && worker !== undefined) this.flights.send(dot, { from: balancer, to: { x: worker.x - 20, y: WORKERS_Y - 40 }, startMs: now });
    }
  }
}
