/** What ran when: a row for each thread, and under it c(t) and r(t), over one axis of time. Drawn on a canvas, which is quick where there are thousands of slices. */
/** @import { Story } from "../story/story.js" */
/** @import { GopherStory } from "../story/gophers.js" */
import { THREAD_COLOURS, element } from "./draw.js";
import { isReduced } from "./motion.js";

const ROW = 26;
const CURVE = 54;
const GAP = 14;
const AXIS = 24;
const RIGHT = 26;
/** Live, so much of the run is shown. */
const WINDOW_MS = 10_000;
/** A run up to this length is shown as a whole when it is over. */
const WHOLE_MS = 120_000;
/** More slices are drawn less often. */
const MANY = 3000;
const SELDOM_MS = 120;
const REDUCED_MS = 500;

export class Strip {
  element;
  #canvas = element("canvas", { role: "img", "aria-label": "What ran when, and how many tasks were in progress and running" });
  /** @type {CanvasRenderingContext2D} */
  #context;
  #width = 0;
  #scale = 1;
  #font = 13;
  #drawnMs = -Infinity;
  #drawnT = NaN;
  #isDense = false;
  /** @type {Record<string, string>} */
  #colours = {};

  constructor() {
    this.#context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    this.element = element("figure", { class: "strip" }, [this.#canvas]);
    this.readColours();
  }

  /** The colours of the page, after a change of the theme. */
  readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["page", "ink", "quiet", "line", "ground", "bar-text", "shade-0", "shade-1", "shade-2", ...THREAD_COLOURS]) this.#colours[name] = style.getPropertyValue(`--${name}`).trim();
    this.#drawnT = NaN;
  }

  /** @param {number} width @param {number} font */
  resize(width, font) {
    this.#width = width;
    this.#font = font;
    this.#drawnT = NaN;
  }

  /** @param {string} name */
  #colour(name) {
    return this.#colours[name] ?? "#888";
  }

  /** @param {number} now @param {Story} story @param {number} t @param {boolean} isLive */
  draw(now, story, t, isLive) {
    const seldom = this.#isDense ? SELDOM_MS : isReduced() ? REDUCED_MS : 0;
    if (t === this.#drawnT || now - this.#drawnMs < seldom) return;
    this.#drawnT = t;
    this.#drawnMs = now;
    const { threads } = story.activity;
    const scale = this.#font / 13;
    const [row, curve] = [Math.max(16, Math.min(ROW, 160 / threads)) * scale, CURVE * scale];
    const height = Math.round(threads * row + 2 * (curve + GAP) + AXIS * scale + 6);
    this.#fit(height);
    const context = this.#context;
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    context.clearRect(0, 0, this.#width, height);
    context.font = `${this.#font}px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif`;
    context.textBaseline = "middle";
    const left = Math.round(Math.max(78, 7.4 * this.#font));
    const span = spanOf(story, t, isLive);
    const inner = this.#width - left - RIGHT;
    const x = (/** @type {number} */ ms) => left + ((ms - span.from) / (span.to - span.from)) * inner;
    const shownTo = Math.min(span.to, story.end === null ? t : story.horizonMs);
    let count = 0;
    /** Time that ran, by pixel. */
    const ran = new Float64Array(Math.ceil(inner) + 1);
    const perPixel = (span.to - span.from) / inner;
    for (let thread = 0; thread < threads; thread++) {
      const y = thread * row;
      context.fillStyle = this.#colour("ground");
      context.fillRect(left, y + 1, inner, row - 3);
      this.#label(`thread ${thread}`, left, y + row / 2, thread);
      const slices = story.activity.slicesIn(thread, span.from, shownTo);
      count += slices.length;
      context.fillStyle = this.#colour(/** @type {string} */ (THREAD_COLOURS[thread % THREAD_COLOURS.length]));
      let drawnTo = -1;
      for (const { from, to } of slices) {
        const [start, end] = [Math.max(span.from, from), Math.min(to, shownTo)];
        if (end <= start) continue;
        addRan(ran, (start - span.from) / perPixel, (end - span.from) / perPixel);
        const [x0, x1] = [Math.max(x(start), drawnTo), Math.max(x(start) + 1.2, x(end))];
        if (x1 - x0 < 0.3) continue;
        context.fillRect(x0, y + 1, x1 - x0 > 4 ? x1 - x0 - 0.8 : x1 - x0, row - 3);
        drawnTo = x1;
      }
      if (slices.length < MANY) this.#numbers(story, slices, x, span.from, shownTo, y + row / 2);
    }
    this.#isDense = count > MANY;
    const cTop = threads * row + GAP;
    const most = Math.max(1, threads, this.#mostOf(story, span.from, shownTo));
    this.#curveC(story, span, shownTo, x, cTop, curve, most);
    this.#label("in progress", left, cTop + curve / 2, -1, `c = ${story.activity.c(t)}`);
    this.#curveR(ran, left, cTop + curve + GAP, curve, most, x(shownTo));
    this.#label("running", left, cTop + curve + GAP + curve / 2, -1, `r = ${story.activity.r(t)}`);
    this.#axis(span, x, cTop + 2 * curve + GAP);
    if (story.end !== null) this.#playhead(x(t), cTop + 2 * curve + GAP, left + inner);
  }

  /** @param {number} height */
  #fit(height) {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const [width, tall] = [Math.round(this.#width * ratio), Math.round(height * ratio)];
    this.#scale = ratio;
    if (this.#canvas.width === width && this.#canvas.height === tall) return;
    this.#canvas.width = width;
    this.#canvas.height = tall;
    this.#canvas.style.width = `${this.#width}px`;
    this.#canvas.style.height = `${height}px`;
  }

  /** @param {string} text @param {number} left @param {number} y @param {number} thread @param {string} [second] */
  #label(text, left, y, thread, second) {
    const context = this.#context;
    context.textAlign = "right";
    context.fillStyle = this.#colour(thread < 0 ? "ink" : THREAD_COLOURS[thread % THREAD_COLOURS.length] ?? "ink");
    context.fillText(text, left - 8, second === undefined ? y : y - this.#font * 0.6);
    if (second === undefined) return;
    context.fillStyle = this.#colour("quiet");
    context.fillText(second, left - 8, y + this.#font * 0.7);
  }

  /** The number of the gopher on each slice that has room for one. @param {Story} story @param {readonly { from: number, to: number, task: number }[]} slices @param {(ms: number) => number} x @param {number} from @param {number} to @param {number} y */
  #numbers({ scene, run }, slices, x, from, to, y) {
    if (run.stage.program !== "gophers") return;
    const context = this.#context;
    context.fillStyle = this.#colour("bar-text");
    context.textAlign = "center";
    for (const slice of slices) {
      const [x0, x1] = [x(Math.max(from, slice.from)), x(Math.min(to, slice.to))];
      const n = /** @type {GopherStory} */ (scene).gopherOf(slice.task);
      if (n > 0 && x1 - x0 > this.#font * (n > 9 ? 1.35 : 0.8)) context.fillText(String(n), (x0 + x1) / 2, y);
    }
  }

  /** @param {Story} story @param {number} from @param {number} to */
  #mostOf({ activity }, from, to) {
    let most = activity.c(from);
    for (const ms of activity.changesOfC(from, to)) most = Math.max(most, activity.c(ms));
    return most;
  }

  /** @param {Story} story @param {{ from: number }} span @param {number} to @param {(ms: number) => number} x @param {number} top @param {number} height @param {number} most */
  #curveC({ activity }, span, to, x, top, height, most) {
    const context = this.#context;
    context.fillStyle = this.#colour("shade-1");
    let [at, x0] = [span.from, x(span.from)];
    for (const ms of [...activity.changesOfC(span.from, to), to]) {
      const x1 = x(ms);
      // Changes within half a pixel are one.
      if (x1 - x0 >= 0.5 || ms === to) {
        const tall = (activity.c(at) / most) * height;
        context.fillRect(x0, top + height - tall, x1 - x0 + 0.4, tall);
        x0 = x1;
      }
      at = ms;
    }
    this.#ground(x(span.from), top, height, most);
  }

  /** @param {Float64Array} ran @param {number} left @param {number} top @param {number} height @param {number} most @param {number} to */
  #curveR(ran, left, top, height, most, to) {
    const context = this.#context;
    context.fillStyle = this.#colour("shade-2");
    for (let k = 0; k < ran.length && left + k < to; k++) {
      const value = /** @type {number} */ (ran[k]);
      if (value > 0) {
        // What runs for less than a pixel is still seen, as a pale line as high as one.
        const tall = (value / most) * height;
        context.globalAlpha = 0.45;
        context.fillRect(left + k, top + height - (Math.ceil(value - 1e-9) / most) * height, 1, (Math.ceil(value - 1e-9) / most) * height);
        context.globalAlpha = 1;
        context.fillRect(left + k, top + height - tall, 1, tall);
      }
    }
    this.#ground(left, top, height, most);
  }

  /** The line under a curve, and its scale. @param {number} left @param {number} top @param {number} height @param {number} most */
  #ground(left, top, height, most) {
    const context = this.#context;
    context.fillStyle = this.#colour("line");
    context.fillRect(left, top + height, this.#width - left - RIGHT, 1);
    context.fillRect(left, top, this.#width - left - RIGHT, 0.5);
    context.textAlign = "left";
    context.fillStyle = this.#colour("quiet");
    context.fillText(String(most), this.#width - RIGHT + 3, top + 3);
  }

  /** @param {{ from: number, to: number }} span @param {(ms: number) => number} x @param {number} y */
  #axis({ from, to }, x, y) {
    const context = this.#context;
    const step = niceStep((to - from) / Math.max(3, this.#width / 130));
    context.textAlign = "center";
    context.fillStyle = this.#colour("quiet");
    for (let ms = Math.ceil(from / step) * step; ms <= to; ms += step) {
      if (ms < 0) continue;
      const at = x(ms);
      context.fillRect(at, y, 1, 5);
      if (at < this.#width - 40) context.fillText(printTime(ms, step), at, y + 7 + this.#font * 0.7);
    }
  }

  /** What comes after the playhead is pale. @param {number} at @param {number} bottom @param {number} right */
  #playhead(at, bottom, right) {
    const context = this.#context;
    context.globalAlpha = 0.72;
    context.fillStyle = this.#colour("page");
    if (at < right) context.fillRect(at, 0, right - at + 1, bottom);
    context.globalAlpha = 1;
    context.fillStyle = this.#colour("ink");
    context.fillRect(Math.min(at, right) - 1, 0, 2, bottom + 4);
  }
}

/** The part of the run that is drawn. @param {Story} story @param {number} t @param {boolean} isLive */
function spanOf(story, t, isLive) {
  if (story.end !== null && story.end.wallMs <= WHOLE_MS) return { from: 0, to: Math.max(1e-6, story.end.wallMs) };
  if (isLive) return { from: Math.max(0, t - WINDOW_MS), to: Math.max(WINDOW_MS, t) };
  const from = Math.max(0, t - WINDOW_MS / 2);
  return { from, to: from + WINDOW_MS };
}

/** Adds what ran between two places to the pixels that it covers. @param {Float64Array} ran @param {number} from @param {number} to */
function addRan(ran, from, to) {
  const [first, last] = [Math.floor(from), Math.floor(to)];
  if (first === last) {
    ran[first] = (ran[first] ?? 0) + to - from;
    return;
  }
  ran[first] = (ran[first] ?? 0) + first + 1 - from;
  for (let k = first + 1; k < last; k++) ran[k] = (ran[k] ?? 0) + 1;
  if (last < ran.length) ran[last] = (ran[last] ?? 0) + to - last;
}

/** 1, 2 or 5 times a power of ten. @param {number} least */
export function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** A time on an axis. @param {number} ms @param {number} step */
export function printTime(ms, step) {
  const [unit, divisor] = step >= 500 ? ["s", 1000] : step >= 0.5 ? ["ms", 1] : ["µs", 0.001];
  const value = ms / divisor;
  const digits = Math.max(0, Math.ceil(-Math.log10(step / divisor) - 1e-9));
  return `${value.toFixed(digits)} ${unit}`;
}
