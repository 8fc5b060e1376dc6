/**
 * `rt.trace()`: the main thread makes a ring in shared memory for each thread, asks
 * the threads to record, and at the end reads the rings itself. So a thread that
 * computes delays nothing: it begins or stops when it next answers, and records
 * nothing once its ring is closed.
 *
 * The replacement of a thread that dies during a trace records into the same ring,
 * from its first task on, because it gets the ring when it starts.
 *
 * A ring is freed when no thread will write into it any more: when its thread has
 * answered, or has ended. A thread that computes answers later. If a thread is being
 * replaced when the trace ends, the replacement may have got the ring: it is asked
 * when it is ready. A replacement that starts later gets no ring.
 */
import { WarrenError, printValue } from "../../errors.ts";
import type { Arena } from "../../memory/arena.ts";
import { TRACE } from "../../trace/words.ts";
import type { Names } from "../../memory/names.ts";
import { type RingContent, TraceRing, closeRing, makeRing, readRing } from "../../trace/ring.ts";
import { RingReader } from "../../trace/ring-reader.ts";
import { traceOf } from "../../trace/decode.ts";
import type { FollowOptions, Trace, TraceOptions } from "../../trace/events.ts";
import { Follower, resolveEveryMs } from "../../trace/follower.ts";

const DEFAULT_EVENTS = 65_536;

/** The control plane of another thread, as far as traces need it. */
interface TracedThread {
  trace(ring: number): Promise<void>;
  endTrace(): Promise<void>;
}

/** The threads, as the pool asks them: one that has ended answers `undefined`. */
interface TracedThreads {
  each<T>(ask: (thread: TracedThread, index: number) => Promise<T>): Promise<T | undefined>[];
  ask<T>(index: number, ask: (thread: TracedThread) => Promise<T>): Promise<T | undefined>;
}

interface TracesOptions {
  /** The main thread's side. */
  readonly side: { readonly arena: Arena; trace(ring: number): void; endTrace(): Promise<void> };
  readonly names: Names;
  /** The answer of a thread; `undefined` if it computes instead of answering. */
  readonly unlessComputing: <T>(thread: number, answer: Promise<T>) => Promise<T | undefined>;
  /** Whether a thread is ready, and not being replaced. */
  readonly isUp: (thread: number) => boolean;
}

/** The traces of a runtime, one at a time. */
export class Traces {
  readonly #options: TracesOptions;
  readonly #arena: Arena;
  /** Addresses of the rings while there is a trace, the main thread's last. */
  #rings: readonly number[] | undefined;
  #startNs = 0;
  /** The trace is ending. */
  #isEnding = false;
  /** Who follows the trace. */
  readonly #followers = new Set<Follower>();
  /** Rings that have been read, but that the replacement of their thread may have got, by thread. */
  readonly #left = new Map<number, number[]>();

  constructor(options: TracesOptions) {
    this.#options = options;
    this.#arena = options.side.arena;
  }

  /** The ring of a thread that starts now; 0 for none. */
  ringOf(thread: number): number {
    return this.#isEnding ? 0 : (this.#rings?.[thread] ?? 0);
  }

  /** Begins a trace. Resolves when all threads record, except those that compute. @throws ERR_INVALID_ARGUMENT, ERR_TRACING, ERR_ARENA_FULL */
  async start(pool: TracedThreads, options: TraceOptions): Promise<void> {
    const events = resolveEvents(options);
    if (this.#rings !== undefined) throw new WarrenError("ERR_TRACING", "this runtime is already being traced. Stop that trace first");
    const rings = this.#makeRings(events);
    this.#rings = rings;
    this.#options.side.trace(rings[rings.length - 1]);
    await Promise.all(pool.each((control, thread) => control.trace(rings[thread])).map((answer, thread) => this.#options.unlessComputing(thread, answer)));
    this.#startNs = nowNs();
  }

  #makeRings(events: number): number[] {
    const arena = this.#arena;
    const rings: number[] = [];
    try {
      for (let thread = 0; thread <= arena.threads; thread++) rings.push(makeRing(arena, events));
    } catch (error) {
      for (const ring of rings) arena.free(ring);
      throw error;
    }
    return rings;
  }

  /** Ends the trace and reads it. */
  async stop(pool: TracedThreads): Promise<Trace> {
    const { side, names, isUp, unlessComputing } = this.#options;
    const arena = this.#arena;
    const rings = this.#rings as readonly number[];
    this.#isEnding = true;
    const endNs = nowNs();
    for (const ring of rings) closeRing(arena, ring);
    for (const follower of this.#followers) follower.end();
    const up = rings.map((_, thread) => thread === arena.threads || isUp(thread));
    const answers = [...pool.each((control) => control.endTrace()), side.endTrace()];
    const isOver = await Promise.all(answers.map((answer, thread) => unlessComputing(thread, answer.then(() => true))));
    const contents = rings.map((ring, thread) => readRing(arena, ring, isOver[thread] === true));
    this.#endFollowers(contents, endNs);
    this.#rings = undefined;
    this.#isEnding = false;
    for (const [thread, ring] of rings.entries()) {
      if (up[thread]) void answers[thread].then(() => arena.free(ring));
      else this.#left.set(thread, [...(this.#left.get(thread) ?? []), ring]);
    }
    return traceOf(contents, names, this.#startNs, endNs);
  }

  /** Follows the trace, which has not been stopped. @throws ERR_INVALID_ARGUMENT */
  follow(options: FollowOptions): Follower {
    const everyMs = resolveEveryMs(options);
    const readers = (this.#rings as readonly number[]).map((ring, thread) => new RingReader(this.#arena, ring, thread, this.#options.names));
    const follower = new Follower(readers, everyMs, nowNs, (its) => this.#followers.delete(its));
    this.#followers.add(follower);
    return follower;
  }

  /** The runtime stops: followers get what there is, and then the error. */
  abandon(error: WarrenError): void {
    if (this.#followers.size === 0) return;
    const rings = this.#rings as readonly number[];
    this.#endFollowers(rings.map((ring) => readRing(this.#arena, ring, false)), nowNs(), error);
  }

  #endFollowers(contents: readonly RingContent[], endNs: number, error?: WarrenError): void {
    for (const follower of this.#followers) follower.finish(contents, endNs, error);
    this.#followers.clear();
  }

  /** A thread has died. Until it is replaced, the main thread may write into its ring. */
  died(thread: number): void {
    const ring = this.ringOf(thread);
    if (ring !== 0) new TraceRing(this.#arena, ring).record(TRACE.died, 0, 0, 0);
  }

  /** The replacement of a thread is ready. It may have the ring of a trace that is over, and it has no ring of a trace that began while it started. */
  joined(pool: TracedThreads, thread: number): void {
    const left = this.#left.get(thread);
    if (left !== undefined) {
      this.#left.delete(thread);
      void pool.ask(thread, (control) => control.endTrace()).then(() => {
        for (const ring of left) this.#arena.free(ring);
      });
    }
    const ring = this.ringOf(thread);
    if (ring !== 0) void pool.ask(thread, (control) => control.trace(ring));
  }
}

/** @throws ERR_INVALID_ARGUMENT */
function resolveEvents(options: TraceOptions): number {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `trace needs an object of options, not ${printValue(options)}`);
  for (const key of Object.keys(options)) {
    if (key !== "events") throw new WarrenError("ERR_INVALID_ARGUMENT", `trace has no option ${JSON.stringify(key)}. Its only option is events`);
  }
  const { events = DEFAULT_EVENTS } = options;
  if (!Number.isInteger(events) || events < 1) throw new WarrenError("ERR_INVALID_ARGUMENT", `events must be an integer of at least 1, not ${printValue(events)}`);
  return events;
}

/** The time in nanoseconds, on the clock of `process.hrtime`. */
function nowNs(): number {
  return Number(process.hrtime.bigint());
}
