/** What can be chosen: program, design, world, threads and carts; or one of the recorded runs. */
/** @import { Choice, Watched, Welcome } from "../../protocol.ts" */
import { byId, element } from "./draw.js";

/** @type {readonly (readonly [Watched, string])[]} */
const PROGRAMS = [["gophers", "Gophers"], ["balance", "Load balancer"], ["replicas", "Replicated queries"], ["sieve", "Prime sieve"]];

/**
 * A label with its control.
 *
 * @param {string} text
 * @param {HTMLElement} control
 */
function labelled(text, control) {
  return element("label", {}, [element("span", {}, [text]), control]);
}

/** @param {HTMLSelectElement} select @param {readonly (readonly [string, string])[]} options @param {string} chosen */
function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => element("option", { value }, [text])));
  select.value = options.some(([value]) => value === chosen) ? chosen : options[0]?.[0] ?? "";
}

/** The controls of a live page. */
export class Choices {
  #welcome;
  #program = element("select", { id: "program" });
  #design = element("select", { id: "design" });
  #world = element("select", { id: "world" });
  #threads = element("select", { id: "threads" });
  #carts = element("select", { id: "carts" });
  #start = element("button", { type: "submit", id: "start", class: "primary" }, ["Start"]);
  /** @type {HTMLElement[]} */
  #ofGophers;
  #cartsLabel;
  #isBusy = false;
  /** @type {(choice: Choice) => void} */
  onStart = () => {};
  /** @type {() => void} */
  onStop = () => {};

  /** @param {Welcome} welcome */
  constructor(welcome) {
    this.#welcome = welcome;
    this.#cartsLabel = labelled("Carts of a team", this.#carts);
    this.#ofGophers = [labelled("Design", this.#design), labelled("World", this.#world)];
    const form = /** @type {HTMLFormElement} */ (byId("choices"));
    form.append(labelled("Program", this.#program), ...this.#ofGophers, labelled("Threads", this.#threads), this.#cartsLabel, this.#start);
    fill(this.#program, PROGRAMS, welcome.choice.program);
    fill(this.#design, welcome.designs.map(({ id, what }) => [id, `${id}: ${what}`]), welcome.choice.design);
    fill(this.#world, welcome.worlds.map((world) => [world, world]), welcome.choice.world);
    this.#fit(welcome.choice.carts, String(welcome.choice.threads));
    for (const select of [this.#program, this.#design]) select.addEventListener("change", () => this.#fit(null));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.startOrStop();
    });
  }

  /** Shows what belongs to the program and to the design. @param {number | null} carts @param {string} threads */
  #fit(carts, threads = this.#threads.value) {
    const isGophers = this.#program.value === "gophers";
    // Only gophers are predicted.
    const { cores, mostThreads } = this.#welcome;
    fill(this.#threads, Array.from({ length: isGophers ? mostThreads : Math.min(cores, mostThreads) }, (_, k) => [String(k + 1), k + 1 <= cores ? String(k + 1) : `${k + 1} (predicted)`]), threads);
    for (const label of this.#ofGophers) label.hidden = !isGophers;
    const design = this.#welcome.designs.find(({ id }) => id === this.#design.value);
    this.#cartsLabel.hidden = !isGophers || design?.takesCarts !== true;
    fill(this.#carts, [["", "the design's"], ...Array.from({ length: design?.mostCarts ?? 1 }, (_, k) => /** @type {[string, string]} */ ([String(k + 1), String(k + 1)]))], carts === null ? "" : String(carts));
  }

  /** @returns {Choice} */
  get choice() {
    const carts = this.#cartsLabel.hidden || this.#carts.value === "" ? null : Number(this.#carts.value);
    return { program: /** @type {Watched} */ (this.#program.value), design: this.#design.value, world: this.#world.value, threads: Number(this.#threads.value), carts };
  }

  startOrStop() {
    if (this.#isBusy) this.onStop();
    else this.onStart(this.choice);
  }

  /** @param {boolean} isBusy */
  showBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#start.textContent = isBusy ? "Stop" : "Start";
    this.#start.classList.toggle("stop", isBusy);
  }
}

/** The controls of a recording: which run. @param {readonly string[]} titles @param {(k: number) => void} choose @returns {HTMLSelectElement} */
export function recordedChoice(titles, choose) {
  const select = element("select", { id: "recorded" });
  fill(select, titles.map((title, k) => [String(k), title]), "0");
  select.addEventListener("change", () => choose(Number(select.value)));
  byId("choices").append(labelled("Recorded run", select));
  byId("choices").addEventListener("submit", (event) => event.preventDefault());
  return select;
}
