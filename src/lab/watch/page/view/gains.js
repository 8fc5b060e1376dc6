/** What structure gains and what threads gain: bars of time, factors with their intervals, the verdict in words. */
/** @import { Figure, Message } from "../../protocol.ts" */
import { byId, element, say, svg, withCode } from "./draw.js";

/**
 * @typedef {Extract<Message, { kind: "gains" }>} Gains
 * @typedef {Extract<Message, { kind: "foreseen" }>} Foreseen
 */

const FIGURES = /** @type {const} */ ([
  ["structure", "Structure gains", "concurrency: another design, one thread"],
  ["threads", "Threads gain", "parallelism: the same design, more threads"],
  ["together", "Together", ""],
]);

/** A factor, as it is printed: 3.7×. @param {number} value */
function factor(value) {
  return `${value >= 99.95 ? value.toFixed(0) : value.toFixed(1)}×`;
}

/** @param {number} ms */
function time(ms) {
  if (ms >= 9950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 99.5 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}

export class GainsView {
  #root = byId("gains");
  #verdict = element("p", { class: "verdict", role: "status", "aria-live": "polite" });
  #remarks = element("p", { class: "quiet small" });
  #round = element("p", { class: "quiet small" });
  #bars = element("div", { class: "bars" });
  #figures = element("dl", { class: "figures" });
  #foreseen = element("div", { class: "foreseen" });
  #isRecorded;

  /** @param {boolean} isRecorded */
  constructor(isRecorded) {
    this.#isRecorded = isRecorded;
    this.#root.append(element("h2", {}, ["What does it gain?"]), this.#round, this.#figures, this.#bars, this.#verdict, this.#remarks, this.#foreseen);
    this.show(null, null, null);
  }

  /** @param {string | null} program @returns {string} */
  #whyEmpty(program) {
    if (program !== null && program !== "gophers") return `Gains are measured for the gophers. The command warren ${program} measures this program, and checks it against its laws.`;
    return this.#isRecorded ? "This recording has no measured gains." : "Nothing is measured yet. After a watched run, warren measures the same program without watching it.";
  }

  /** @param {Gains | null} gains @param {Foreseen | null} foreseen @param {string | null} program what is on the stage */
  show(gains, foreseen, program) {
    if (gains === null) {
      say(this.#round, foreseen === null ? this.#whyEmpty(program) : "");
      for (const part of [this.#figures, this.#bars]) part.replaceChildren();
      for (const text of [this.#verdict, this.#remarks]) say(text, "");
    } else {
      say(this.#round, `Round ${gains.round} of ${gains.of}: runs that nobody watches`);
      this.#figures.replaceChildren(...FIGURES.flatMap(([name, title, what]) => this.#figure(title, what, gains[name])));
      this.#bars.replaceChildren(...barsOf(gains.bars));
      // What structure gains, and what threads gain; then what to know about it.
      const sentences = gains.verdict.split(/(?<=\.) (?=[A-Z])/);
      say(this.#verdict, sentences.slice(0, 2).join(" "));
      say(this.#remarks, sentences.slice(2).join(" "));
    }
    this.#foreseen.replaceChildren(...(foreseen === null ? [] : foreseenOf(foreseen)));
  }

  /** @param {string} title @param {string} what @param {Figure} figure */
  #figure(title, what, { value, low, high }) {
    const interval = low === null || high === null ? "interval: needs more rounds" : `${low.toFixed(1)}…${high.toFixed(1)}`;
    return [
      element("dt", {}, [title, ...(what === "" ? [] : [element("span", { class: "quiet small what" }, [what])])]),
      element("dd", {}, [element("strong", {}, [factor(value)]), " ", element("span", { class: "interval" }, [`(${interval})`]), whiskers(value, low, high)]),
    ];
  }
}

/** A factor on a scale with its interval: 1× is the line. @param {number} value @param {number | null} low @param {number | null} high */
function whiskers(value, low, high) {
  const most = Math.max(2, Math.ceil((high ?? value) * 1.05));
  const x = (/** @type {number} */ at) => 6 + (at / most) * 228;
  const marks = [svg("line", { class: "scale", x1: 6, x2: 234, y1: 15, y2: 15 }), svg("line", { class: "one", x1: x(1), x2: x(1), y1: 4, y2: 20 }), svg("text", { class: "tick", x: x(1), y: 30 }, ["1×"])];
  if (low !== null && high !== null) marks.push(svg("line", { class: "whisker", x1: x(low), x2: x(high), y1: 12, y2: 12 }), ...[low, high].map((end) => svg("line", { class: "whisker", x1: x(end), x2: x(end), y1: 7, y2: 17 })));
  marks.push(svg("circle", { class: "point", cx: x(value), cy: 12, r: 4.500 }));
  return svg("svg", { class: "whiskers", viewBox: "0 0 240 34", "aria-hidden": "true" }, marks);
}

/** Bars of time, the reference first. @param {readonly { readonly label: string, readonly ms: number }[]} bars */
function barsOf(bars) {
  const most = Math.max(...bars.map(({ ms }) => ms), 1e-9);
  return bars.map(({ label, ms }, k) => {
    const bar = svg("svg", { class: "bar", viewBox: "0 0 240 16", preserveAspectRatio: "none", "aria-hidden": "true" }, [svg("rect", { class: k === 0 ? "reference" : "measured", width: Math.max(1, (ms / most) * 240), height: 16, rx: 2 })]);
    return element("div", { class: "bar-row" }, [element("span", {}, [label]), element("span", { class: "number" }, [time(ms)]), bar]);
  });
}

/** A prediction: hatched, and never with the measured ones. @param {Foreseen} foreseen */
function foreseenOf({ structure, points, sentence, doubts, refused }) {
  const title = element("h3", {}, ["Predicted, not measured here"]);
  const measured = structure === null ? [] : [element("p", {}, [`On one thread, where it was recorded, structure gains ${factor(structure.value)}.`])];
  if (refused !== null) return [...measured, title, element("p", {}, withCode(refused))];
  const most = Math.max(...points.map(({ bound }) => bound), 1);
  const rows = points.map(({ threads, expected, bound }) => {
    const [wide, end] = [(expected / most) * 236, (bound / most) * 236];
    const bar = svg("svg", { class: "bar", viewBox: "0 0 240 16", preserveAspectRatio: "none", "aria-hidden": "true" }, [
      svg("defs", {}, [svg("pattern", { id: `hatch-${threads}`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, [svg("rect", { class: "hatch", width: 2.500, height: 6 })])]),
      svg("rect", { class: "predicted", width: Math.max(1, wide), height: 16, fill: `url(#hatch-${threads})` }),
      svg("line", { class: "bound", x1: end, x2: end, y1: 0, y2: 16 }),
    ]);
    return element("div", { class: "bar-row" }, [element("span", {}, [`${threads} ${threads === 1 ? "thread" : "threads"}`]), element("span", { class: "number" }, [`${factor(expected)} (at most ${factor(bound)})`]), bar]);
  });
  return [...measured, title, ...rows, element("p", {}, withCode(sentence)), ...doubts.map((doubt) => element("p", { class: "quiet small" }, withCode(doubt)))];
}
