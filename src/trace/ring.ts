/**
 * The ring into which one thread records its events during a trace: events of a fixed
 * size in the arena, of which the newest stay. Main makes and frees it, and reads it when
 * the recording has ended, or while it is written (ring-reader.ts).
 *
 * Invariants: only the ring's thread writes events, `writing` and `count`; after its death
 * its replacement does, and main in between. Only main writes `state` and `floor`. The k-th event is in
 * slot k mod `capacity` and is complete when `count` exceeds k, so `count` − `capacity`
 * events were overwritten. Times do not decrease, except those given to `recordAside`.
 * After main has stored `closed`, at most one event in progress is still recorded: so the
 * memory can be read, but not freed, while the thread computes and does not answer.
 *
 * Recording creates no object: numbers go from the clock into the arena. The clock is
 * `performance.now()`, because `process.hrtime` creates an array or a BigInt. The
 * difference between the two is measured once, when a thread takes its ring.
 *
 * Not done: atomic stores of `count`. They would cost half as much as reading the clock,
 * and matter only for a thread that main reads without its answer, on a machine that
 * shows stores out of order; x86-64 does not. One ring for all threads: its counter would
 * be contended, and events of a busy thread would overwrite those of a calm one.
 */
import { performance } from "../host.ts";
import { store } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { MARK_NAME, RING_STATE, TRACE, TRACE_EVENT_WORDS, traceEvent, traceRing } from "./words.ts";

/** An event as it is stored in the ring. */
export interface RawEvent {
  readonly timeNs: number;
  /** One of TRACE. */
  readonly kind: number;
  /** The number of the name of a mark. */
  readonly name: number;
  readonly task: number;
  readonly a: number;
  readonly b: number;
  /** `a` and `b` as one double. */
  readonly ns: number;
}

/** The content of a ring. */
export interface RingContent {
  readonly events: readonly RawEvent[];
  /** Events that were overwritten. */
  readonly lost: number;
  /** When its thread began to record, 0 if it has not. */
  readonly beganNs: number;
}

/** Makes a ring for `capacity` events that records from now on; main frees it like any block. @throws ERR_ARENA_FULL */
export function makeRing(arena: Arena, capacity: number): number {
  const { i32 } = arena;
  const at = arena.alloc(traceRing.events + capacity * TRACE_EVENT_WORDS);
  i32.fill(0, at, at + traceRing.events);
  i32[at + traceRing.capacity] = capacity;
  store(i32, at + traceRing.state, RING_STATE.recording);
  return at;
}

/** From now on the ring accepts only events that happened before. */
export function closeRing({ i32 }: Arena, at: number): void {
  store(i32, at + traceRing.state, RING_STATE.closed);
}

/** Reads a closed ring, oldest event first. @param isComplete its thread has answered that it no longer writes; otherwise the slot that it may be writing is left out */
export function readRing({ i32, f64 }: Arena, at: number, isComplete: boolean): RingContent {
  store(i32, at + traceRing.state, RING_STATE.read);
  const capacity = i32[at + traceRing.capacity];
  const count = f64[(at + traceRing.count) >>> 1];
  const lost = Math.max(0, count - (isComplete ? capacity : capacity - 1));
  const events: RawEvent[] = [];
  for (let k = lost; k < count; k++) events.push(rawEvent(i32, f64, at + traceRing.events + (k % capacity) * TRACE_EVENT_WORDS));
  return { events, lost, beganNs: f64[(at + traceRing.began) >>> 1] };
}

/** The event in the slot at `event`, an index of `i32`. `f64` has the same bytes. */
export function rawEvent(i32: Int32Array, f64: Float64Array, event: number): RawEvent {
  const kind = i32[event + traceEvent.kind];
  return {
    timeNs: f64[(event + traceEvent.time) >>> 1],
    kind: kind % MARK_NAME,
    name: Math.floor(kind / MARK_NAME),
    task: i32[event + traceEvent.task],
    a: i32[event + traceEvent.a],
    b: i32[event + traceEvent.b],
    ns: f64[(event + traceEvent.a) >>> 1],
  };
}

// As variables of this file, because V8 inlines functions up to a size, and then no number becomes an object.
const { time: TIME, kind: KIND, task: TASK, a: A, b: B } = traceEvent;
const { recording: RECORDING } = RING_STATE;
const WORDS = TRACE_EVENT_WORDS;

/** The writing side of a ring. */
export class TraceRing {
  readonly #i32: Int32Array;
  readonly #f64: Float64Array;
  readonly #state: number;
  readonly #writing: number;
  /** The indices of `count` and `floor`, as doubles. */
  readonly #count: number;
  readonly #floor: number;
  /** Takes the place of the newest event when that is overwritten. */
  readonly #kept: number;
  readonly #first: number;
  readonly #end: number;
  /** The slot that is written next, and the event that was recorded last. */
  #next: number;
  #newest: number;
  readonly #offsetNs: number;

  /** Takes a ring: this thread's own, or that of a dead thread. */
  constructor({ i32, f64 }: Arena, at: number) {
    const capacity = i32[at + traceRing.capacity];
    this.#i32 = i32;
    this.#f64 = f64;
    this.#state = at + traceRing.state;
    this.#count = (at + traceRing.count) >>> 1;
    this.#writing = at + traceRing.writing;
    this.#floor = (at + traceRing.floor) >>> 1;
    this.#kept = at + traceRing.newest;
    this.#first = at + traceRing.events;
    this.#end = this.#first + capacity * WORDS;
    this.#offsetNs = offsetNs();
    const count = f64[this.#count];
    // The thread before may have died while it wrote.
    i32[this.#writing] = 0;
    this.#next = this.#first + (count % capacity) * WORDS;
    this.#newest = count === 0 ? at + traceRing.began : this.#first + ((count - 1) % capacity) * WORDS;
    if (f64[(at + traceRing.began) >>> 1] !== 0) return;
    // Touched now, so that no event has to wait until the system provides a page.
    i32.fill(0, this.#first, this.#end);
    f64[(at + traceRing.began) >>> 1] = this.nowNs;
  }

  /** The time, nanoseconds of `process.hrtime`. */
  get nowNs(): number {
    return performance.now() * 1e6 + this.#offsetNs;
  }

  /** The time of the last event. */
  get newestNs(): number {
    return this.#f64[(this.#newest + TIME) >>> 1];
  }

  /** Whether it takes events that happen now. */
  get isRecording(): boolean {
    return this.#i32[this.#state] === RECORDING;
  }

  /** Whether the last event is `TRACE.idle`. */
  get isIdle(): boolean {
    return this.#i32[this.#newest + KIND] === TRACE.idle;
  }

  /** A time of `performance.now()` on this thread as nanoseconds of `process.hrtime`. */
  nsOf(timeMs: number): number {
    return timeMs * 1e6 + this.#offsetNs;
  }

  /** Records an event that happens now. */
  record(kind: number, task: number, a: number, b: number): void {
    if (this.#i32[this.#state] !== RECORDING) return;
    this.#put(a, b);
    this.#commit(performance.now() * 1e6 + this.#offsetNs, kind, task);
  }

  /** Records an event with the time of the last one, which it follows so closely that the clock is not read again. */
  recordSame(kind: number, task: number, a: number, b: number): void {
    if (this.#i32[this.#state] !== RECORDING) return;
    this.#put(a, b);
    this.#commit(this.#raised(this.newestNs), kind, task);
  }

  /** Records an event without operands at a given time, on the clock of `performance.now()`. */
  recordAt(timeMs: number, kind: number): void {
    if (this.#i32[this.#state] !== RECORDING) return;
    this.#put(0, 0);
    this.#commit(this.#raised(timeMs * 1e6 + this.#offsetNs), kind, 0);
  }

  /** Records an event that happens now, with a double in place of its operands. */
  recordWith(kind: number, task: number, ns: number): void {
    if (this.#i32[this.#state] !== RECORDING) return;
    this.#i32[this.#writing] = 1;
    this.#f64[(this.#next + A) >>> 1] = ns;
    this.#commit(performance.now() * 1e6 + this.#offsetNs, kind, task);
  }

  /** Records an event that happened at an earlier time, also in a closed ring. It does not count as the last event. */
  recordAside(timeNs: number, kind: number, task: number, ns: number): void {
    if (this.#i32[this.#state] === RING_STATE.read) return;
    const newest = this.#newest === this.#next ? this.#keep() : this.#newest;
    this.#i32[this.#writing] = 1;
    this.#f64[(this.#next + A) >>> 1] = ns;
    this.#commit(timeNs, kind, task);
    this.#newest = newest;
  }

  /** What is asked of the newest event, out of its slot. */
  #keep(): number {
    const kept = this.#kept;
    this.#f64[(kept + TIME) >>> 1] = this.newestNs;
    this.#i32[kept + KIND] = this.#i32[this.#newest + KIND];
    return kept;
  }

  /** An event begins, before its time is read, with these operands. */
  #put(a: number, b: number): void {
    const i32 = this.#i32;
    const at = this.#next;
    i32[this.#writing] = 1;
    i32[at + A] = a;
    i32[at + B] = b;
  }

  /** A time that was not read from the clock now, but not before the floor. Pairs with `raise` in ring-reader.ts. */
  #raised(timeNs: number): number {
    const floorNs = this.#f64[this.#floor];
    return timeNs < floorNs ? floorNs : timeNs;
  }

  /** Completes the event whose operands have been written. Pairs with `look` in ring-reader.ts. */
  #commit(timeNs: number, kind: number, task: number): void {
    const f64 = this.#f64;
    const i32 = this.#i32;
    const at = this.#next;
    f64[(at + TIME) >>> 1] = timeNs;
    i32[at + KIND] = kind;
    i32[at + TASK] = task;
    this.#newest = at;
    const next = at + WORDS;
    this.#next = next === this.#end ? this.#first : next;
    f64[this.#count] += 1;
    i32[this.#writing] = 0;
  }
}

const BRACKETS = 200;

/**
 * What to add to `performance.now()`, in nanoseconds, to get `process.hrtime`. Reading
 * one clock between two readings of the other gives two bounds. The middle between the
 * best bounds is wrong by less than half the time of a reading, and equally on each thread.
 */
function offsetNs(): number {
  let least = -Infinity;
  let most = Infinity;
  for (let k = 0; k < BRACKETS; k++) {
    const beforeMs = performance.now();
    const [seconds, nanoseconds] = process.hrtime();
    const afterMs = performance.now();
    const ns = seconds * 1e9 + nanoseconds;
    least = Math.max(least, ns - afterMs * 1e6);
    most = Math.min(most, ns - beforeMs * 1e6);
  }
  return (least + most) / 2;
}
