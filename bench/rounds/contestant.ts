/**
 * What is measured: a *contestant* is one configuration of warren or of a rival. It is
 * measured once in each round, in a fresh process, which gives one *sample*.
 */

/** One configuration. Plain data: it travels to a child process and stands in the result. */
export interface Subject {
  /** A name of `rivals/scenarios.ts`, or of what only warren has. */
  readonly scenario: string;
  /** "warren", or the name of a rival, such as "go". */
  readonly side: string;
  /** How the program is written if there are several ways, such as "await"; "" for a rival. */
  readonly form: string;
  /** Threads that run the scenario's code; for Go, GOMAXPROCS. */
  readonly threads: number;
  /** Version of the rival, or of the Node that warren runs on. */
  readonly version: string;
  /** Only if it is warren on another Node (`--node`): that version. */
  readonly node?: string;
  /** Where the work differs from the scenario's text, or how the rival was set up. */
  readonly note?: string;
}

/** How long each process measures, and with how much. Plain data. */
export interface Trial {
  /** About how long the batches take together that are timed, in milliseconds. */
  readonly timeMs: number;
  /** Leaves of the tree in `skynet`. */
  readonly leaves: number;
  /** The files of the scenario `files`; absent if it is not measured. */
  readonly pile?: PileFiles;
}

/** The files of the scenario `files`: in `folder`, named by `fileName` in `files/pile.ts`. */
export interface PileFiles {
  readonly folder: string;
  /** The first so many are the warm-up. */
  readonly warm: number;
  /** The others are timed. */
  readonly timed: number;
  /** Digest of the SHA-256 sums of the timed ones. */
  readonly digest: string;
}

/** What one process found. */
export interface Measured {
  /** In the unit of the scenario. */
  readonly value: number;
  readonly note?: string;
}

/** A configuration that can be measured. */
export interface Contestant {
  readonly subject: Subject;
  /** Measures once, in a fresh process, which is killed if `signal` aborts. */
  readonly measure: (trial: Trial, signal: AbortSignal | undefined) => Promise<Measured>;
  /** About how long that takes, in milliseconds, on a machine like the one of docs/benchmarks.md. */
  readonly aboutMs: number;
}

/** A configuration that did not complete, or gave a wrong result. */
export interface Failure extends Subject {
  readonly reason: string;
}

/** A rival that this machine does not have, and what would change that. */
export interface Skipped {
  readonly side: string;
  readonly reason: string;
}

/** The key of a configuration: what must be the same for its figures to be compared between two results. */
export function keyOf({ scenario, side, form, threads, node }: Subject): string {
  return [scenario, side, form, threads, ...(node === undefined ? [] : [node])].join("/");
}

/** "warren, hot loop, 2 threads" */
export function labelOf({ side, form, threads, node }: Subject): string {
  return [side, ...(form === "" ? [] : [form]), ...(node === undefined ? [] : [`Node ${node}`]), `${threads} ${threads === 1 ? "thread" : "threads"}`].join(", ");
}
