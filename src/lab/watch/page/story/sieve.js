/** The story of the sieve: a chain of filters that grows, and the number at which each works. */
/** @import { Stage, MarkLine } from "../../protocol.ts" */
import { Level, countUpTo, insert, lastUpTo } from "./sorted.js";
import { dropBefore } from "./activity.js";

/**
 * @typedef {Extract<Stage, { program: "sieve" }>} SieveStage
 * @typedef {{ readonly ms: number, readonly what: "send" | "pass" | "drop", readonly n: number, readonly prime: number }} NumberMove
 * @typedef {{ readonly ms: number, readonly n: number, readonly what: "take" | "pass" | "drop" }} Handled
 * @typedef {{ readonly prime: number, readonly task: number, readonly ms: number, readonly handled: Handled[], readonly passed: Level, readonly dropped: Level }} Filter
 * @typedef {{ readonly prime: number, readonly task: number, readonly last: Handled | null, readonly passed: number, readonly dropped: number }} FilterNow
 * @typedef {{ readonly generator: number, readonly sent: number, readonly filters: readonly FilterNow[], readonly primes: readonly number[], readonly dropped: number, readonly passed: number }} SieveNow
 */

export class SieveStory {
  /** @type {SieveStage} */
  stage;
  /** @type {Filter[]} */
  #filters = [];
  /** @type {Map<number, Filter>} */
  #ofTask = new Map();
  /** @type {{ readonly ms: number, readonly n: number }[]} */
  #sent = [];
  /** @type {{ readonly ms: number, readonly n: number }[]} */
  #primes = [];
  #dropped = new Level(0);
  #passed = new Level(0);
  #generator = 0;
  /** @type {NumberMove[]} */
  #moves = [];
  /** Numbers jump from filter to filter: no step has a length. */
  longestStepMs = 0;
  openSinceMs = Infinity;

  /** @param {SieveStage} stage */
  constructor(stage) {
    this.stage = stage;
  }

  /** @param {MarkLine} mark */
  add([ms, task, , name, n]) {
    if (name === "send") {
      this.#generator = task;
      insert(this.#sent, { ms, n }, handledMs);
      insert(this.#moves, { ms, what: name, n, prime: 1 }, handledMs);
    } else if (name === "prime") insert(this.#primes, { ms, n }, handledMs);
    else if (name === "filter") {
      const filter = { prime: n, task, ms, handled: [], passed: new Level(0), dropped: new Level(0) };
      this.#ofTask.set(task, filter);
      this.#filters.push(filter);
      this.#filters.sort((a, b) => a.prime - b.prime);
    } else if (name === "take" || name === "pass" || name === "drop") {
      const filter = this.#ofTask.get(task);
      if (filter === undefined) return;
      insert(filter.handled, { ms, n, what: name }, handledMs);
      if (name !== "take") insert(this.#moves, { ms, what: name, n, prime: filter.prime }, handledMs);
      if (name === "pass") {
        filter.passed.add(ms, 1);
        this.#passed.add(ms, 1);
      } else if (name === "drop") {
        filter.dropped.add(ms, 1);
        this.#dropped.add(ms, 1);
      }
    }
  }

  /** Nothing that a task does here takes time. */
  taskEnded() {}

  /** @param {number} t @returns {SieveNow} */
  at(t) {
    return {
      generator: this.#generator,
      sent: lastUpTo(this.#sent, t, handledMs)?.n ?? 1,
      filters: this.#filters.filter(({ ms }) => ms <= t).map(({ prime, task, handled, passed, dropped }) => ({ prime, task, last: lastUpTo(handled, t, handledMs) ?? null, passed: passed.at(t), dropped: dropped.at(t) })),
      primes: this.#primes.slice(0, countUpTo(this.#primes, t, handledMs)).map(({ n }) => n),
      dropped: this.#dropped.at(t),
      passed: this.#passed.at(t),
    };
  }

  /** Numbers that were sent, passed on or dropped in a time: after `from`, up to `to`. @param {number} from @param {number} to */
  movesIn(from, to) {
    return this.#moves.slice(countUpTo(this.#moves, from, handledMs), countUpTo(this.#moves, to, handledMs));
  }

  /** @param {number} ms */
  forget(ms) {
    dropBefore(this.#moves, ms, handledMs);
    for (const { handled, passed, dropped } of this.#filters) {
      dropBefore(handled, ms, handledMs);
      passed.forget(ms);
      dropped.forget(ms);
    }
    dropBefore(this.#sent, ms, handledMs);
    this.#dropped.forget(ms);
    this.#passed.forget(ms);
  }
}

/** @param {{ readonly ms: number }} entry */
function handledMs({ ms }) {
  return ms;
}
