/**
 * What `warren watch` sends to its page, and what the page asks. A recording is the list
 * of these messages. Times are milliseconds from the start of the run, on one clock for
 * all threads. Every time is that of an event of the trace: the page adds none.
 */

/** Programs that can be watched. */
export const WATCHED = ["gophers", "balance", "replicas", "sieve"] as const;
export type Watched = (typeof WATCHED)[number];

/** What the page needs to know before any message: it is in the page. */
export interface Welcome {
  readonly version: string;
  /** Cores that this process can use: so many threads are real, more are predicted. */
  readonly cores: number;
  readonly mostThreads: number;
  readonly machine: string;
  readonly designs: readonly { readonly id: string; readonly what: string; readonly takesCarts: boolean; readonly mostCarts: number }[];
  readonly worlds: readonly string[];
  /** What is chosen at the beginning. */
  readonly choice: Choice;
  /** Large type, for a projector. */
  readonly present: boolean;
}

/** What a person can choose. */
export interface Choice {
  readonly program: Watched;
  /** Of gophers only. */
  readonly design: string;
  readonly world: string;
  readonly threads: number;
  /** Carts of a team; `null`: the design's. */
  readonly carts: number | null;
}

/** What the page can ask: a run of a choice, its end, or rounds of measurement after it. */
export type Command = { readonly do: "start"; readonly choice: Choice } | { readonly do: "stop" };

/** What goes on. */
export interface State {
  readonly phase: "idle" | "running" | "measuring" | "predicting";
  readonly choice: Choice;
  /** A sentence: what is done now, or what went wrong. */
  readonly text: string;
  readonly failed: boolean;
}

/** A gopher: its number (from 1), its lane and leg (from 0) and what it does. */
export interface GopherHead {
  readonly n: number;
  readonly lane: number;
  readonly leg: number;
  readonly role: "all" | "load" | "carry" | "carry and return" | "burn" | "return";
}

/** A cart, and at which end of its leg it stands before the run. */
export interface CartHead {
  readonly n: number;
  readonly lane: number;
  readonly leg: number;
  readonly at: "near" | "far";
}

/** What is on the stage, and what the marks of the program mean. */
export type Stage =
  /**
   * Marks of a gopher's task: `gopher` n: the gopher's number. A step of cart n begins: `load`, `carry`, `burn` (at the incinerator),
   * `unload` (onto a staging pile), `return`; −1 instead of a cart: `walk`. `done` n: the step of this task is over. `burnt` n: a book, from 0, is burnt.
   */
  | {
      readonly program: "gophers";
      readonly design: string;
      readonly world: string;
      readonly lanes: number;
      readonly legs: number;
      /** Cartloads by lane, and books in a cart. */
      readonly loads: readonly number[];
      readonly booksPerCart: number;
      readonly dumpCapacity: number;
      readonly gophers: readonly GopherHead[];
      readonly carts: readonly CartHead[];
    }
  /**
   * Marks: requester: `ask` n, `answered` n (the requester, from 0). Balancer: `give` n, `done` n (the worker); `seat` 1000·place + worker: the worker's place in the heap, from 0.
   * Worker: `serve` n, `served` n (the worker).
   */
  | { readonly program: "balance"; readonly workers: number; readonly requesters: number; readonly policy: string }
  /** Marks: client: `query` n (from 0), `first` n (the replica whose answer counts). Replica: `asked` n, `answered` n, `cancelled` n. */
  | { readonly program: "replicas"; readonly replicas: number; readonly queries: number }
  /** Marks: generator: `send` n. Filter: `filter` p (the task filters p), `take` n, `pass` n, `drop` n. Main task: `prime` p. */
  | { readonly program: "sieve"; readonly primes: number };

/** A task that began. */
export type TaskLine = readonly [task: number, name: string, thread: number, startMs: number];
/** A task ended. */
export type EndLine = readonly [task: number, endMs: number];
/** A mark of a task. */
export type MarkLine = readonly [ms: number, task: number, thread: number, name: string, n: number];
/** A task ran. */
export type SliceLine = readonly [thread: number, task: number, fromMs: number, toMs: number];
/** A task waits from then on until it next runs: "ready" waits for its thread, all else is a wait reason of warren's ("recv", "sleep", …). */
export type WaitLine = readonly [task: number, ms: number, reason: string];

/** A factor with its interval: `low` and `high` are `null` until there are enough rounds. */
export interface Figure {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export type Message =
  | { readonly kind: "state"; readonly state: State }
  /** A run begins: what came before is over. */
  | { readonly kind: "run"; readonly run: number; readonly choice: Choice; readonly title: string; readonly threads: number; readonly unitMs: number; readonly stage: Stage }
  /** Events of the run. All that began before `untilMs` has been sent, or is among the `open`: a task runs on a thread since then, as far as is known; the next message replaces them. `lost`: events lost so far. */
  | {
      readonly kind: "events";
      readonly run: number;
      readonly untilMs: number;
      readonly lost: number;
      readonly tasks: readonly TaskLine[];
      readonly ends: readonly EndLine[];
      readonly marks: readonly MarkLine[];
      readonly slices: readonly SliceLine[];
      readonly waits: readonly WaitLine[];
      readonly open: readonly (readonly [thread: number, task: number, fromMs: number])[];
    }
  /** The run is over: `facts` are figures of this run, `problems` checks that failed. */
  | { readonly kind: "end"; readonly run: number; readonly wallMs: number; readonly stopped: boolean; readonly facts: readonly (readonly [name: string, value: string])[]; readonly problems: readonly string[] }
  /** Gains from untraced runs of the measurement, after `round` of `of` rounds. */
  | {
      readonly kind: "gains";
      readonly choice: Choice;
      readonly round: number;
      readonly of: number;
      /** Times of the cells so far, the reference first. */
      readonly bars: readonly { readonly label: string; readonly ms: number }[];
      /** What structure gains (C), what threads gain (P), and both together (S). */
      readonly structure: Figure;
      readonly threads: Figure;
      readonly together: Figure;
      /** What the figures say, in words. */
      readonly verdict: string;
    }
  /** What threads would gain on cores that are not here: predicted, never run. */
  | { readonly kind: "foreseen"; readonly choice: Choice; readonly structure: Figure | null; readonly points: readonly { readonly threads: number; readonly expected: number; readonly bound: number }[]; readonly sentence: string; readonly doubts: readonly string[]; readonly refused: string | null }
  /** The page was too slow: so many messages of events were not sent to it. */
  | { readonly kind: "dropped"; readonly messages: number };

/** A recording: what a page without a server shows. */
export interface Recording {
  readonly schema: "warren-watch/1";
  readonly welcome: Welcome;
  readonly recordedAt: string;
  readonly messages: readonly Message[];
}
