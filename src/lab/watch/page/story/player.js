/**
 * The playhead: which time of the run the page shows.
 *
 * - live: behind the run by a delay, so that the end of every step on the screen is known.
 *   The delay follows the longest step; the playhead then goes a little slower or faster, it does not jump.
 * - replay: through what is known, at a speed of at most 1.
 *
 * It never passes `horizonMs`, before which all is known: there it waits.
 */

/** @typedef {{ readonly horizonMs: number, readonly wallMs: number | null, readonly longestStepMs: number }} Known */
/** @typedef {{ readonly from: number, readonly to: number, passedMs: number }} SingleStep */

/** Parts of the real speed that can be chosen. */
export const SPEEDS = Object.freeze([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]);
/** A shorter run is over before anybody has seen it: it is shown again, this slowly. */
const FAST_MS = 3000;
const SHOWN_MS = 15_000;
/** The delay before any step is known, and beyond the longest step. */
const FIRST_DELAY_MS = 600;
const MORE_THAN_LONGEST = 1.3;
const BATCH_MS = 150;
/** So far behind, live mode jumps. */
const JUMP_MS = 3000;
/** How long the way to the next mark takes on the screen. */
const STEP_MS = 350;

export class Player {
  /** @type {"live" | "replay"} */
  mode = "live";
  isPaused = false;
  /** Shown time, from the start of the run. */
  t = 0;
  /** Real time divided by shown time. */
  slower = 1;
  /** Whether the page has chosen the speed. */
  isAutomatic = false;
  #lastNow = NaN;
  /** The run's time less the clock's, of the message that came quickest. */
  #offset = -Infinity;
  #delayMs = FIRST_DELAY_MS;
  /** @type {SingleStep | null} */
  #step = null;

  /** A message came: the run was at `untilMs`. @param {number} now @param {number} untilMs */
  heard(now, untilMs) {
    this.#offset = Math.max(this.#offset, untilMs - now);
  }

  /** Another run. */
  restart() {
    Object.assign(this, { mode: "live", isPaused: false, t: 0, slower: 1, isAutomatic: false });
    this.#offset = -Infinity;
    this.#delayMs = FIRST_DELAY_MS;
    this.#step = null;
  }

  /** The run is over: if it was short, it is shown again, slowly. @param {number} wallMs */
  over(wallMs) {
    if (this.mode === "live" && wallMs < FAST_MS) this.replayAll(wallMs);
  }

  /** All of a run from its start; slowly if it was short. @param {number} wallMs */
  replayAll(wallMs) {
    this.mode = "replay";
    this.t = 0;
    if (wallMs >= FAST_MS) return;
    this.slower = SPEEDS.findLast((slower) => wallMs * slower <= SHOWN_MS * 1.2) ?? 1;
    this.isAutomatic = true;
  }

  /** Shown so long after it happened, in live mode. */
  get delayMs() {
    return this.#delayMs;
  }

  /**
   * The time to show on this frame.
   *
   * @param {number} now milliseconds on the clock of the screen
   * @param {Known} known
   */
  frame(now, known) {
    const passed = Number.isNaN(this.#lastNow) ? 0 : Math.min(250, Math.max(0, now - this.#lastNow));
    this.#lastNow = now;
    if (known.longestStepMs > 0) this.#delayMs = Math.max(FIRST_DELAY_MS / 2, known.longestStepMs * MORE_THAN_LONGEST + BATCH_MS);
    if (this.#step !== null) return this.#stepOn(this.#step, passed, known);
    if (this.isPaused) return this.t;
    if (this.mode === "replay") this.t += passed / this.slower;
    else {
      const gap = now + this.#offset - this.#delayMs - this.t;
      if (gap > JUMP_MS) this.t += gap;
      else this.t += passed * (1 + Math.min(0.5, Math.max(-0.5, gap / 1000)));
    }
    this.t = Math.max(0, Math.min(this.t, known.horizonMs));
    return this.t;
  }

  /** @param {SingleStep} step @param {number} passed @param {Known} known */
  #stepOn(step, passed, { horizonMs }) {
    step.passedMs += passed;
    const part = Math.min(1, step.passedMs / STEP_MS);
    this.t = Math.min(horizonMs, part === 1 ? step.to : step.from + (step.to - step.from) * part);
    if (part === 1) this.#step = null;
    return this.t;
  }

  /** Whether the shown run is over and shown to its end. @param {Known} known */
  isAtEnd({ wallMs }) {
    return wallMs !== null && this.t >= wallMs;
  }

  /** Pauses or goes on; at the end it begins again. @param {Known} known */
  pauseOrPlay(known) {
    this.#step = null;
    if (this.isAtEnd(known) && !this.isPaused) {
      this.mode = "replay";
      this.t = 0;
      return;
    }
    this.isPaused = !this.isPaused;
    // What happened during the pause is shown, not jumped over.
    if (this.isPaused) this.mode = "replay";
  }

  /** Goes to a mark and stays there. @param {number} to @param {boolean} isImmediate */
  stepTo(to, isImmediate) {
    this.mode = "replay";
    this.isPaused = true;
    if (isImmediate || to < this.t) {
      this.#step = null;
      this.t = to;
    } else this.#step = { from: this.t, to, passedMs: 0 };
  }

  /** @param {number} slower */
  setSpeed(slower) {
    this.slower = slower;
    this.isAutomatic = false;
    if (slower !== 1) this.mode = "replay";
  }

  /** The next speed that is slower (1) or faster (−1). @param {number} by */
  changeSpeed(by) {
    this.setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, SPEEDS.indexOf(this.slower) + by))] ?? 1);
  }

  /** Back to what happens now; a run that is over is shown from its start. @param {Known} known */
  toLive({ wallMs }) {
    this.#step = null;
    this.isPaused = false;
    this.slower = 1;
    this.isAutomatic = false;
    if (wallMs === null) {
      this.mode = "live";
      return;
    }
    this.mode = "replay";
    this.t = 0;
  }

  /** @param {number} t */
  seek(t) {
    this.#step = null;
    this.mode = "replay";
    this.t = t;
  }
}
