/** The stage of replicated queries: a client asks all replicas, the first answer counts, the others are cancelled. */
/** @import { ReplicaStory, ReplicaNow } from "../../story/replicas.js" */
/** @import { Activity } from "../../story/activity.js" */
import { say, setTo, svg } from "../draw.js";
import { Figure } from "./figure.js";
import { PART_OF_SCREEN } from "./flights.js";
import { StageView } from "./stage-view.js";

const ROW = 76;
const LARGEST = 1.25;
const LEAST_WIDTH = 430;
const CLIENT_X = 52;

const WORDS = /** @type {const} */ ({ idle: "", asked: "asked", answered: "answered", cancelled: "cancelled" });

export class ReplicaStageView extends StageView {
  #story;
  #activity;
  #width = 0;
  #client = new Figure("C");
  #title = svg("text", { class: "amount left" });
  /** @type {{ figure: Figure, bar: SVGElement, word: SVGElement, wins: SVGElement, row: SVGElement, y: number }[]} */
  #replicas = [];

  /** @param {ReplicaStory} story @param {Activity} activity */
  constructor(story, activity) {
    super("gopher-stage replica-stage", `A client asks ${story.stage.replicas} replicas; the first answer counts`);
    this.#story = story;
    this.#activity = activity;
  }

  get #height() {
    return this.#story.stage.replicas * ROW + 36;
  }

  get #clientY() {
    return (this.#story.stage.replicas * ROW) / 2 + 44;
  }

  get #barLeft() {
    return 190;
  }

  get #barWidth() {
    return this.#width - this.#barLeft - 130;
  }

  /** @override @param {number} pixels @param {boolean} isPresented */
  sizeOn(pixels, isPresented) {
    const width = Math.max(LEAST_WIDTH, Math.round(pixels / Math.max(0.8, Math.min(isPresented ? LARGEST * 1.5 : LARGEST, (innerHeight * PART_OF_SCREEN) / this.#height))));
    this.#width = width;
    return { width, height: this.#height };
  }

  /** @override */
  build() {
    this.#client = new Figure("C", { "data-client": 1 }, 1.15);
    this.#client.mover.place(0, "here", { x: CLIENT_X, y: this.#clientY });
    setTo(this.#title, "x", 4);
    setTo(this.#title, "y", 14);
    const lines = svg("g", { class: "branches" });
    this.#replicas = Array.from({ length: this.#story.stage.replicas }, (_, n) => {
      const y = 36 + ROW * n + ROW * 0.72;
      lines.append(svg("path", { d: `M${CLIENT_X + 24} ${this.#clientY - 28}C${CLIENT_X + 70} ${this.#clientY - 28} ${this.#barLeft - 96} ${y - 24} ${this.#barLeft - 52} ${y - 24}` }));
      const figure = new Figure(n, { "data-replica": n });
      figure.mover.place(0, "here", { x: this.#barLeft - 28, y });
      const bar = svg("rect", { class: "answer-bar", x: this.#barLeft, y: y - 34, width: 0, height: 18, rx: 4 });
      const track = svg("rect", { class: "service-track", x: this.#barLeft, y: y - 34, width: this.#barWidth, height: 18, rx: 4 });
      const word = svg("text", { class: "amount left", x: this.#barLeft, y: y - 1 });
      const wins = svg("text", { class: "amount left", x: this.#barLeft + this.#barWidth + 12, y: y - 20 });
      const row = svg("g", { class: "replica" }, [track, bar, word, wins, figure.element]);
      return { figure, bar, word, wins, row, y };
    });
    this.element.replaceChildren(this.#title, lines, ...this.#replicas.map(({ row }) => row), this.#client.element, this.flights.layer);
  }

  /** @override @param {number} now @param {number} t @param {number | null} since */
  show(now, t, since) {
    const { query, isAnswered, client, replicas } = this.#story.at(t);
    if (since !== null) this.#send(now, since, t);
    this.#client.show(this.#activity, client, t);
    const winner = replicas.findIndex(({ isFirst }) => isFirst);
    say(this.#title, query < 0 ? "" : `query ${query + 1} of ${this.#story.stage.queries}${isAnswered ? `: replica ${winner} was first, the others are cancelled` : `: all ${replicas.length} replicas were asked`}`);
    for (const [n, replica] of replicas.entries()) this.#drawReplica(n, replica, t);
  }

  /** @param {number} n @param {ReplicaNow} replica @param {number} t */
  #drawReplica(n, { task, state, elapsedMs, isFirst, wins }, t) {
    const drawn = this.#replicas[n];
    if (drawn === undefined) return;
    drawn.figure.show(this.#activity, task, t);
    setTo(drawn.row, "data-outcome", isFirst ? "first" : state);
    setTo(drawn.bar, "width", (state === "idle" ? 0 : Math.min(1, elapsedMs / this.#story.longestStepMs) * this.#barWidth).toFixed(1));
    say(drawn.word, state === "idle" ? "" : `${isFirst ? "first, this answer counts" : WORDS[state]}: ${(elapsedMs / 1000).toFixed(2)} s`);
    say(drawn.wins, `first ${wins}×`);
  }

  /** @param {number} now @param {number} from @param {number} to */
  #send(now, from, to) {
    const client = { x: CLIENT_X + 20, y: this.#clientY - 28 };
    for (const { what, n } of this.#story.movesIn(from, to)) {
      const drawn = this.#replicas[n];
      if (drawn === undefined || what === "cancelled") continue;
      const replica = { x: this.#barLeft - 50, y: drawn.y - 26 };
      this.flights.send(svg("circle", { class: what === "answered" ? "request answer" : "request", r: 6 }), what === "asked" ? { from: client, to: replica, startMs: now } : { from: replica, to: client, startMs: now });
    }
  }
}
