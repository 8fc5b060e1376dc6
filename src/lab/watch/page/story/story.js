/**
 * The story of one run: fed with its messages, it answers for any time up to
 * `horizonMs` what ran, and what was on the stage.
 */
/** @import { Message, MarkLine } from "../../protocol.ts" */
import { Activity } from "./activity.js";
import { BalanceStory } from "./balance.js";
import { GopherStory } from "./gophers.js";
import { ReplicaStory } from "./replicas.js";
import { SieveStory } from "./sieve.js";
import { countUpTo, insert } from "./sorted.js";

/**
 * @typedef {Extract<Message, { kind: "run" }>} Run
 * @typedef {Extract<Message, { kind: "events" }>} EventsMessage
 * @typedef {Extract<Message, { kind: "end" }>} End
 * @typedef {GopherStory | BalanceStory | ReplicaStory | SieveStory} Scene
 */

/** A longer run forgets its beginning, so that the page's memory stays flat. */
const MOST_SLICES = 120_000;
const KEPT_PART = 0.5;

export class Story {
  /** @type {Run} */
  run;
  /** @type {Activity} */
  activity;
  /** @type {Scene} */
  scene;
  /** @type {End | null} */
  end = null;
  /** Times of marks, for single steps. @type {number[]} */
  #marks = [];
  /** Before this time nothing is kept. */
  keptFromMs = 0;

  /** @param {Run} run */
  constructor(run) {
    this.run = run;
    this.activity = new Activity(run.threads);
    this.scene = sceneOf(run.stage);
  }

  /** @param {EventsMessage} events */
  add(events) {
    this.activity.add(events);
    for (const mark of events.marks.toSorted(byTime)) {
      this.scene.add(mark);
      insert(this.#marks, mark[0], identity);
    }
    for (const [task, ms] of events.ends) this.scene.taskEnded(task, ms);
    if (this.activity.size > MOST_SLICES) this.#forget(this.keptFromMs + (this.activity.untilMs - this.keptFromMs) * KEPT_PART);
  }

  /** @param {End} end */
  close(end) {
    this.end = end;
  }

  /** Up to here everything is known, the end of each step as well. */
  get horizonMs() {
    if (this.end !== null) return this.end.wallMs;
    return Math.min(this.activity.untilMs, this.scene.openSinceMs);
  }

  /** What the player needs. */
  get known() {
    return { horizonMs: this.horizonMs, wallMs: this.end === null ? null : this.end.wallMs, longestStepMs: this.scene.longestStepMs };
  }

  /** The time of the next mark; without one, the end of what is known. @param {number} t */
  nextMark(t) {
    return Math.min(this.#marks[countUpTo(this.#marks, t, identity)] ?? Infinity, this.horizonMs);
  }

  /** The time of the mark before. @param {number} t */
  markBefore(t) {
    let at = countUpTo(this.#marks, t, identity) - 1;
    while (at >= 0 && /** @type {number} */ (this.#marks[at]) >= t) at--;
    return Math.max(this.keptFromMs, this.#marks[at] ?? 0);
  }

  /** @param {number} ms */
  #forget(ms) {
    this.keptFromMs = ms;
    this.activity.forget(ms);
    this.scene.forget(ms);
    this.#marks.splice(0, countUpTo(this.#marks, ms, identity));
  }
}

/** @param {Run["stage"]} stage @returns {Scene} */
function sceneOf(stage) {
  switch (stage.program) {
    case "gophers":
      return new GopherStory(stage);
    case "balance":
      return new BalanceStory(stage);
    case "replicas":
      return new ReplicaStory(stage);
    case "sieve":
      return new SieveStory(stage);
  }
}

/** @param {MarkLine} a @param {MarkLine} b */
function byTime([a], [b]) {
  return a - b;
}

/** @param {number} value */
function identity(value) {
  return value;
}
