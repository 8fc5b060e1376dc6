/**
 * `rt.trace()`: the main thread makes a ring in the arena for each thread, tells
 * the threads to record, and in the end reads the rings itself. So a thread that
 * computes holds nothing up: it begins or stops when it next answers, and records
 * nothing once its ring is closed.
 *
 * The successor of a thread that dies during a trace records into the same ring,
 * from its first task on: it is given the ring when it starts.
 *
 * A ring is freed when no thread will write into it any more: when its own has said
 * so, or has ended. One that computes says so later. Where there is none when the
 * trace ends, a successor may be on the way with the ring: it is asked when it is up.
 * One that starts later is given none.
 */
import { WarrenError, printValue } from "../../errors.ts";
import type { Arena } from "../../memory/arena.ts";
import { TRACE } from "../../memory/layout.ts";
import type { Names } from "../../memory/names.ts";
import { TraceRing, closeRing, makeRing, readRing } from "../../trace/ring.ts";
import { traceOf } from "../../trace/decode.ts";
import type { Trace, TraceOptions } from "../../trace/events.ts";

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
  /** Whether a thread is there: not while a successor starts. */
  readonly isUp: (thread: number) => boolean;
}

/** The traces of a runtime, one at a time. */
export class Traces {
  readonly #options: TracesOptions;
  readonly #arena: Arena;
  /** Where the rings of the trace that is on lie, the main thread's last. */
  #rings: readonly number[] | undefined;
  #startNs = 0;
  /** The trace is about to end. */
  #isEnding = false;
  /** Rings that are read and that the successor of their thread may have been given, by thread. */
  readonly #left = new Map<number, number[]>();

  constructor(options: TracesOptions) {
    this.#options = options;
    this.#arena = options.side.arena;
  }

  /** The ring into which a thread that starts now will record; 0 for none. */
  ringOf(thread: number): number {
    return this.#isEnding ? 0 : (this.#rings?.[thread] ?? 0);
  }

  /** Begins a trace: resolves when all threads record, but for those that compute. @throws ERR_INVALID_ARGUMENT, ERR_TRACING, ERR_ARENA_FULL */
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

  /** Ends the trace that is on, and reads it. */
  async stop(pool: TracedThreads): Promise<Trace> {
    const { side, names, isUp, unlessComputing } = this.#options;
    const arena = this.#arena;
    const rings = this.#rings as readonly number[];
    this.#isEnding = true;
    const endNs = nowNs();
    for (const ring of rings) closeRing(arena, ring);
    const up = rings.map((_, thread) => thread === arena.threads || isUp(thread));
    const answers = [...pool.each((control) => control.endTrace()), side.endTrace()];
    const isOver = await Promise.all(answers.map((answer, thread) => unlessComputing(thread, answer.then(() => true))));
    const contents = rings.map((ring, thread) => readRing(arena, ring, isOver[thread] === true));
    this.#rings = undefined;
    this.#isEnding = false;
    for (const [thread, ring] of rings.entries()) {
      if (up[thread]) void answers[thread].then(() => arena.free(ring));
      else this.#left.set(thread, [...(this.#left.get(thread) ?? []), ring]);
    }
    return traceOf(contents, names, this.#startNs, endNs);
  }

  /** A thread has died. Its ring is the main thread's until it has a successor. */
  died(thread: number): void {
    const ring = this.ringOf(thread);
    if (ring !== 0) new TraceRing(this.#arena, ring).record(TRACE.died, 0, 0, 0);
  }

  /** The successor of a thread is up. It may have a ring of a trace that is over, and none of one that began when it was on the way. */
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

/** The time, nanoseconds of `process.hrtime`. */
function nowNs(): number {
  return Number(process.hrtime.bigint());
}
