/** The story of replicated queries: each query goes to all replicas, the first answer counts. */
/** @import { Stage, MarkLine } from "../../protocol.ts" */
import { Level, countUpTo, insert, lastUpTo } from "./sorted.js";
import { dropBefore } from "./activity.js";

/**
 * @typedef {Extract<Stage, { program: "replicas" }>} ReplicaStage
 * @typedef {{ readonly from: number, to: number, readonly task: number, outcome: "" | "answered" | "cancelled" }} Request
 * @typedef {{ readonly ms: number, readonly n: number, winner: number, firstMs: number }} Query
 * @typedef {{ readonly ms: number, readonly what: "asked" | "answered" | "cancelled", readonly n: number }} ReplicaMove
 * @typedef {{ readonly task: number, readonly state: "idle" | "asked" | "answered" | "cancelled", readonly elapsedMs: number, readonly isFirst: boolean, readonly wins: number }} ReplicaNow
 * @typedef {{ readonly query: number, readonly isAnswered: boolean, readonly client: number, readonly answeredQueries: number, readonly replicas: readonly ReplicaNow[] }} ReplicasNow
 */

export class ReplicaStory {
  /** @type {ReplicaStage} */
  stage;
  #replicas;
  /** @type {Query[]} */
  #queries = [];
  /** @type {ReplicaMove[]} */
  #moves = [];
  #answered = new Level(0);
  #client = 0;
  longestStepMs = 0;

  /** @param {ReplicaStage} stage */
  constructor(stage) {
    this.stage = stage;
    this.#replicas = Array.from({ length: stage.replicas }, () => ({ requests: /** @type {Request[]} */ ([]), wins: new Level(0) }));
  }

  /** @param {MarkLine} mark */
  add([ms, task, , name, n]) {
    if (name === "asked" || name === "answered" || name === "cancelled") insert(this.#moves, { ms, what: name, n }, queryMs);
    if (name === "query") {
      this.#client = task;
      insert(this.#queries, { ms, n, winner: -1, firstMs: Infinity }, queryMs);
    } else if (name === "first") {
      const query = this.#queries.at(-1);
      if (query === undefined) return;
      query.winner = n;
      query.firstMs = ms;
      this.#answered.add(ms, 1);
      this.#replicas[n]?.wins.add(ms, 1);
    } else if (name === "asked") {
      const replica = this.#replicas[n];
      if (replica !== undefined) insert(replica.requests, { from: ms, to: Infinity, task, outcome: /** @type {""} */ ("") }, requestFrom);
    } else if (name === "answered" || name === "cancelled") {
      const request = this.#replicas[n]?.requests.findLast((each) => each.task === task) ?? this.#replicas[n]?.requests.at(-1);
      if (request === undefined || request.to !== Infinity) return;
      request.to = ms;
      request.outcome = name;
      this.longestStepMs = Math.max(this.longestStepMs, ms - request.from);
    }
  }

  /** The start of the earliest request whose end is not known. */
  get openSinceMs() {
    let since = Infinity;
    for (const { requests } of this.#replicas) for (const { from, to } of requests.slice(-2)) if (to === Infinity) since = Math.min(since, from);
    return since;
  }

  /** A task has ended: what it has begun is over, also if the mark that says so was lost. @param {number} task @param {number} ms */
  taskEnded(task, ms) {
    for (const { requests } of this.#replicas) for (const request of requests.slice(-2)) if (request.task === task && request.to === Infinity) request.to = ms;
  }

  /** @param {number} t @returns {ReplicasNow} */
  at(t) {
    const query = lastUpTo(this.#queries, t, queryMs);
    const isAnswered = query !== undefined && query.firstMs <= t;
    return {
      query: query?.n ?? -1,
      isAnswered,
      client: this.#client,
      answeredQueries: this.#answered.at(t),
      replicas: this.#replicas.map(({ requests, wins }, index) => {
        const request = lastUpTo(requests, t, requestFrom);
        // An older query's request is over for this picture.
        if (request === undefined || query === undefined || request.from < query.ms) return { task: 0, state: /** @type {const} */ ("idle"), elapsedMs: 0, isFirst: false, wins: wins.at(t) };
        const state = t < request.to ? /** @type {const} */ ("asked") : request.outcome === "" ? /** @type {const} */ ("asked") : request.outcome;
        return { task: request.task, state, elapsedMs: Math.min(t, request.to) - request.from, isFirst: isAnswered && query.winner === index, wins: wins.at(t) };
      }),
    };
  }

  /** What happened to requests in a time: after `from`, up to `to`. @param {number} from @param {number} to */
  movesIn(from, to) {
    return this.#moves.slice(countUpTo(this.#moves, from, queryMs), countUpTo(this.#moves, to, queryMs));
  }

  /** @param {number} ms */
  forget(ms) {
    dropBefore(this.#moves, ms, queryMs);
    for (const { requests, wins } of this.#replicas) {
      dropBefore(requests, ms, requestFrom);
      wins.forget(ms);
    }
    dropBefore(this.#queries, ms, queryMs);
    this.#answered.forget(ms);
  }
}

/** @param {{ readonly ms: number }} query */
function queryMs({ ms }) {
  return ms;
}

/** @param {Request} request */
function requestFrom({ from }) {
  return from;
}
