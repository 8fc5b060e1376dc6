/** The first look: how many are in progress (concurrency), how many run at this moment (parallelism), and what that means in a sentence. */
/** @import { Story } from "../story/story.js" */
import { byId, element, say, setTo, svg } from "./draw.js";

/** The sentence changes at most so often: it is to be read. */
const SAY_MS = 700;
/** It is about so much of the run. */
const ABOUT_MS = 2000;
/** From here on a run is called parallel, as in the verdicts of the lab. */
const PARALLEL_PART = 0.1;
const MOST_DOTS = 16;

export class Counts {
  #progress = element("strong", { id: "in-progress" }, ["0"]);
  #running = element("strong", { id: "running-now" }, ["0"]);
  #dots = svg("svg", { class: "dots", height: 16, "aria-hidden": "true" });
  #threadDots = svg("svg", { class: "dots", height: 16, "aria-hidden": "true" });
  #ofThreads = element("span", { class: "quiet" });
  #saidMs = -Infinity;
  #saidNothing = false;

  constructor() {
    byId("counts").append(
      element("div", { class: "count concurrency" }, [element("p", {}, [this.#progress, element("span", {}, ["in progress"]), this.#dots]), element("p", { class: "quiet meaning" }, ["Concurrency: begun, not ended. Structure."])]),
      element("div", { class: "count parallelism" }, [element("p", {}, [this.#running, element("span", {}, ["running right now"]), this.#threadDots]), element("p", { class: "quiet meaning" }, ["Parallelism: at the same moment. Execution. ", this.#ofThreads])]),
    );
    for (const dots of [this.#dots, this.#threadDots]) dots.append(...Array.from({ length: MOST_DOTS }, (_, k) => svg("circle", { cx: 8 + 17 * k, cy: 8, r: 6.500, visibility: "hidden" })));
  }

  /** @param {Story} story */
  begin({ run }) {
    say(this.#ofThreads, `${run.threads} ${run.threads === 1 ? "thread" : "threads"}.`);
    this.#saidMs = -Infinity;
  }

  /** @param {number} now @param {Story} story @param {number} t */
  draw(now, story, t) {
    const { activity } = story;
    const [c, r] = [activity.c(t), activity.r(t)];
    say(this.#progress, c);
    say(this.#running, r);
    this.#fill(this.#dots, c, c);
    this.#fill(this.#threadDots, activity.threads, r);
    if (now - this.#saidMs < SAY_MS && (c === 0) === this.#saidNothing) return;
    this.#saidMs = now;
    this.#saidNothing = c === 0;
    say(byId("said"), sentence(story, t));
  }

  /** @param {SVGElement} dots @param {number} count @param {number} full */
  #fill(dots, count, full) {
    const width = 17 * Math.min(MOST_DOTS, Math.max(1, count));
    setTo(dots, "width", width);
    setTo(dots, "viewBox", `0 0 ${width} 16`);
    for (const [k, dot] of [...dots.children].entries()) {
      setTo(dot, "visibility", k < count ? "visible" : "hidden");
      setTo(dot, "class", k < full ? "full" : "empty");
    }
  }
}

/** What the last seconds show, in words. @param {Story} story @param {number} t */
function sentence({ activity, end }, t) {
  if (end !== null && t >= end.wallMs) {
    const mean = activity.meanRunning(0, end.wallMs);
    return `The run is over: on average ${mean.toFixed(2)} ran at the same time.`;
  }
  const span = end === null ? ABOUT_MS : Math.min(ABOUT_MS, Math.max(1e-6, end.wallMs / 8));
  const [from, c] = [Math.max(0, t - span), activity.c(t)];
  const mean = activity.meanRunning(from, t);
  if (c === 0) return "Nothing is in progress.";
  if (mean > 1.1) return `Concurrent and parallel: on average ${mean.toFixed(1)} run at the same time.`;
  if (c === 1) return mean < 0.1 ? "One thing at a time, and it mostly waits: neither concurrent nor parallel." : "One thing at a time: neither concurrent nor parallel.";
  const part = activity.parallelPart(from, t);
  if (part >= PARALLEL_PART) return `Concurrent and partly parallel: two or more run for ${Math.round(part * 100)} % of the time.`;
  if (mean < 0.1) return "Concurrent, not parallel: nearly all of them wait, and waiting needs no core.";
  return "Concurrent, not parallel: they take turns.";
}
