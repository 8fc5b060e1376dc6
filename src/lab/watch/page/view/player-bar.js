/** The controls of the playback: pause, step, speed, a slider, and back to what happens now. */
/** @import { Player } from "../story/player.js" */
/** @import { Story } from "../story/story.js" */
import { SPEEDS } from "../story/player.js";
import { byId, element, say } from "./draw.js";

/** @typedef {{ readonly pause: () => void, readonly step: (forward: boolean) => void, readonly speed: (slower: number) => void, readonly live: () => void, readonly seek: (part: number) => void }} PlayerActions */

const PARTS = 1000;
/** The texts change at most so often. */
const SAY_MS = 250;

/** @param {number} slower */
export function speedText(slower) {
  return slower === 1 ? "real speed" : `1/${slower} of real speed`;
}

export class PlayerBar {
  #pause = element("button", { type: "button", id: "pause" }, ["Pause"]);
  #back = element("button", { type: "button", id: "back", "aria-label": "One step back" }, ["‹ Step"]);
  #forward = element("button", { type: "button", id: "forward", "aria-label": "One step forward" }, ["Step ›"]);
  #speed = element("select", { id: "speed", "aria-label": "Speed" }, SPEEDS.map((slower) => element("option", { value: slower }, [speedText(slower)])));
  #slider = element("input", { type: "range", id: "slider", min: 0, max: PARTS, step: 1, value: 0, "aria-label": "Time of the run" });
  #live;
  #time = element("output", { id: "time" });
  #note = element("p", { class: "quiet small", id: "delay" });
  #isHeld = false;
  #saidMs = -Infinity;
  #isRecorded;

  /** @param {boolean} isRecorded @param {PlayerActions} actions */
  constructor(isRecorded, actions) {
    this.#isRecorded = isRecorded;
    this.#live = element("button", { type: "button", id: "live" }, [isRecorded ? "Real speed" : "Live"]);
    byId("player").append(this.#pause, this.#back, this.#forward, this.#speed, this.#live, this.#slider, this.#time, this.#note);
    this.#pause.addEventListener("click", actions.pause);
    this.#back.addEventListener("click", () => actions.step(false));
    this.#forward.addEventListener("click", () => actions.step(true));
    this.#live.addEventListener("click", actions.live);
    this.#speed.addEventListener("change", () => actions.speed(Number(this.#speed.value)));
    this.#slider.addEventListener("input", () => actions.seek(Number(this.#slider.value) / PARTS));
    for (const [type, is] of /** @type {const} */ ([["pointerdown", true], ["pointerup", false], ["pointercancel", false]])) this.#slider.addEventListener(type, () => { this.#isHeld = is; });
  }

  /** @param {number} now @param {Player} player @param {Story} story @param {boolean} isSparing */
  draw(now, player, story, isSparing) {
    const { known, keptFromMs, end } = story;
    const isAtEnd = player.isAtEnd(known);
    say(this.#pause, isAtEnd ? "Again" : player.isPaused ? "Play" : "Pause");
    if (Number(this.#speed.value) !== player.slower) this.#speed.value = String(player.slower);
    if (now - this.#saidMs < SAY_MS && !player.isPaused) return;
    this.#saidMs = now;
    const length = known.horizonMs - keptFromMs;
    const part = Math.round(length > 0 ? ((player.t - keptFromMs) / length) * PARTS : 0);
    if (!this.#isHeld && Number(this.#slider.value) !== part) this.#slider.value = String(part);
    const text = runTime(player.t, end?.wallMs ?? known.horizonMs);
    say(this.#time, text);
    this.#slider.setAttribute("aria-valuetext", text);
    const isLive = player.mode === "live" && end === null;
    this.#live.toggleAttribute("disabled", isLive);
    this.#live.textContent = this.#isRecorded || end !== null ? "Real speed" : "Live";
    say(this.#note, isLive ? `Live: shown ${(player.delayMs / 1000).toFixed(1)} s after it happened${isSparing ? ", with few pictures a second, because the run computes on every core" : ""}.` : noteOf(player, end?.wallMs ?? null, this.#isRecorded));
  }
}

/** @param {Player} player @param {number | null} wallMs @param {boolean} isRecorded */
function noteOf({ isAutomatic, slower }, wallMs, isRecorded) {
  const what = isRecorded ? "Recorded events" : "Replay of recorded events";
  if (isAutomatic && slower > 1 && wallMs !== null) return `The run took ${short(wallMs)}. It is shown at ${speedText(slower)}.`;
  return `${what}, at ${speedText(slower)}.`;
}

/** @param {number} ms */
function short(ms) {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}

/** A time of a run and its length, in one unit. @param {number} t @param {number} of */
function runTime(t, of) {
  return of >= 1000 ? `${(t / 1000).toFixed(1)} of ${(of / 1000).toFixed(1)} s` : of >= 50 ? `${t.toFixed(0)} of ${of.toFixed(0)} ms` : `${t.toFixed(2)} of ${of.toFixed(2)} ms`;
}
