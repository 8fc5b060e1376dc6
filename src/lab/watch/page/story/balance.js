/**
 * The story of the load balancer: who asks, which worker gets the request, how
 * long the queues are, and the heap of workers by their places.
 */
/** @import { Stage, MarkLine } from "../../protocol.ts" */
import { Level, countUpTo, insert, lastUpTo } from "./sorted.js";
import { dropBefore } from "./activity.js";

/**
 * @typedef {Extract<Stage, { program: "balance" }>} BalanceStage
 * @typedef {{ readonly from: number, to: number }} Span
 * @typedef {{ readonly ms: number, readonly place: number }} Seated
 * @typedef {{ readonly ms: number, readonly what: "ask" | "give" | "served", readonly n: number }} Move
 * @typedef {{ readonly pending: number, readonly served: number, readonly task: number, readonly serving: number | null, readonly place: number }} WorkerNow
 *   `serving`: from 0 to 1, how much of a service is over; `null`: it serves nobody. `place`: in the heap, from 0; −1: none.
 * @typedef {{ readonly task: number, readonly isWaiting: boolean, readonly answered: number }} RequesterNow
 * @typedef {{ readonly workers: readonly WorkerNow[], readonly requesters: readonly RequesterNow[], readonly balancer: number }} BalanceNow
 */

/** A `seat` mark has the place and the worker in one number. */
const SEAT = 1000;

export class BalanceStory {
  /** @type {BalanceStage} */
  stage;
  #workers;
  #requesters;
  /** @type {Move[]} */
  #moves = [];
  #balancer = 0;
  longestStepMs = 0;

  /** @param {BalanceStage} stage */
  constructor(stage) {
    this.stage = stage;
    this.#workers = Array.from({ length: stage.workers }, () => ({ task: 0, pending: new Level(0), served: new Level(0), services: /** @type {Span[]} */ ([]), seats: /** @type {Seated[]} */ ([]) }));
    this.#requesters = Array.from({ length: stage.requesters }, () => ({ task: 0, waits: /** @type {Span[]} */ ([]), answered: new Level(0) }));
  }

  /** @param {MarkLine} mark */
  add([ms, task, , name, n]) {
    if (name === "ask" || name === "give" || name === "served") insert(this.#moves, { ms, what: name, n }, seatedAt);
    if (name === "seat") {
      this.#balancer = task;
      const worker = this.#workers[n % SEAT];
      if (worker !== undefined) insert(worker.seats, { ms, place: Math.floor(n / SEAT) }, seatedAt);
      return;
    }
    const worker = this.#workers[n];
    const requester = this.#requesters[n];
    if ((name === "give" || name === "done") && worker !== undefined) {
      this.#balancer = task;
      worker.pending.add(ms, name === "give" ? 1 : -1);
    } else if (name === "serve" && worker !== undefined) {
      worker.task = task;
      insert(worker.services, { from: ms, to: Infinity }, spanFrom);
    } else if (name === "served" && worker !== undefined) {
      worker.task = task;
      worker.served.add(ms, 1);
      this.#close(worker.services, ms);
    } else if (name === "ask" && requester !== undefined) {
      requester.task = task;
      insert(requester.waits, { from: ms, to: Infinity }, spanFrom);
    } else if (name === "answered" && requester !== undefined) {
      requester.answered.add(ms, 1);
      const last = requester.waits.at(-1);
      if (last !== undefined) last.to = Math.min(last.to, ms);
    }
  }

  /** @param {Span[]} spans @param {number} ms */
  #close(spans, ms) {
    const last = spans.at(-1);
    if (last === undefined || last.to !== Infinity) return;
    last.to = ms;
    this.longestStepMs = Math.max(this.longestStepMs, ms - last.from);
  }

  /** The start of the earliest service whose end is not known. */
  get openSinceMs() {
    let since = Infinity;
    for (const { services } of this.#workers) {
      const last = services.at(-1);
      if (last !== undefined && last.to === Infinity) since = Math.min(since, last.from);
    }
    return since;
  }

  /** A task has ended: what it has begun is over, also if the mark that says so was lost. @param {number} task @param {number} ms */
  taskEnded(task, ms) {
    for (const worker of this.#workers) if (worker.task === task) this.#close(worker.services, ms);
  }

  /** @param {number} t @returns {BalanceNow} */
  at(t) {
    return {
      workers: this.#workers.map(({ task, pending, served, services, seats }) => {
        const service = lastUpTo(services, t, spanFrom);
        const isServing = service !== undefined && t < service.to;
        return { task, pending: Math.max(0, pending.at(t)), served: served.at(t), serving: isServing ? (service.to === Infinity ? 0 : (t - service.from) / (service.to - service.from)) : null, place: lastUpTo(seats, t, seatedAt)?.place ?? -1 };
      }),
      requesters: this.#requesters.map(({ task, waits, answered }) => {
        const wait = lastUpTo(waits, t, spanFrom);
        return { task, isWaiting: wait !== undefined && t < wait.to, answered: answered.at(t) };
      }),
      balancer: this.#balancer,
    };
  }

  /** Requests that went somewhere in a time: after `from`, up to `to`. @param {number} from @param {number} to */
  movesIn(from, to) {
    return this.#moves.slice(countUpTo(this.#moves, from, seatedAt), countUpTo(this.#moves, to, seatedAt));
  }

  /** @param {number} ms */
  forget(ms) {
    for (const { pending, served, services, seats } of this.#workers) {
      pending.forget(ms);
      served.forget(ms);
      dropBefore(services, ms, spanFrom);
      dropBefore(seats, ms, seatedAt);
    }
    for (const { waits, answered } of this.#requesters) {
      dropBefore(waits, ms, spanFrom);
      answered.forget(ms);
    }
    dropBefore(this.#moves, ms, seatedAt);
  }
}

/** @param {{ readonly ms: number }} entry */
function seatedAt({ ms }) {
  return ms;
}

/** @param {Span} span */
function spanFrom({ from }) {
  return from;
}
