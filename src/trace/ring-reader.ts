/**
 * Reads a ring while its thread writes into it. The thread does not notice: it neither
 * waits nor is asked.
 *
 * Invariants:
 * - Each event is given once, or is counted in `lost`: when it was overwritten before it
 *   was read, or while it was read. After a copy `count` and `writing` are read again, and
 *   what may have been overwritten by then is dropped.
 * - No event that is given later is earlier than `boundNs`, except those told aside
 *   (collections, `outside`): the thread reads the clock, or `floor`, after it has begun
 *   an event, and gives it no earlier time. So when no event is in progress, a floor that the thread
 *   has seen bounds all that follow. An event in progress may have begun before the floor
 *   was there: then the time of the newest event bounds it, because times of a thread do
 *   not decrease.
 *
 * `look` must come a moment after `raise`, when the other cores have seen the floor: no
 * store stays in a core's buffer for long. x86-64 also shows stores in their order, so an
 * event is complete when `count` shows it. On other machines `take` must come a moment
 * after `look`, and events that were close to being overwritten are dropped, too.
 *
 * Not done: a lock, or a flag by which the thread waits for its reader. Recording must
 * not depend on who watches.
 */
import type { Arena } from "../memory/arena.ts";
import { load } from "../memory/atomics.ts";
import type { Names } from "../memory/names.ts";
import { decode } from "./decode.ts";
import type { TraceEvent } from "./events.ts";
import { type RingContent, rawEvent } from "./ring.ts";
import { TRACE, TRACE_EVENT_WORDS, traceRing } from "./words.ts";

/** Whether this machine shows the stores of a thread to all others in their order. */
export const SHOWS_ORDER: boolean = process.arch === "x64" || process.arch === "ia32";
/** Where it does not: more events than a core's buffer of stores has room for. */
const UNSURE = 64;

export class RingReader {
  /** Events that were overwritten before they were given. */
  lost = 0;
  /** Later calls give no event before this time. */
  boundNs = 0;
  readonly #arena: Arena;
  readonly #at: number;
  readonly #thread: number;
  readonly #names: Names;
  readonly #capacity: number;
  readonly #unsure: number;
  /** The number of the next event to be read. */
  #next = 0;
  /** What `look` has found: events that can be read, and whether another one was in progress. */
  #count = 0;
  #isWriting = false;
  /** The floor, and the one that was there at the last `look`. */
  #floorNs = 0;
  #seenFloorNs = 0;
  /** Time of the newest event read, those told aside not counted. */
  #newestNs = 0;
  /** Read and not given yet. */
  #held: TraceEvent[] = [];

  constructor(arena: Arena, at: number, thread: number, names: Names, showsOrder = SHOWS_ORDER) {
    this.#arena = arena;
    this.#at = at;
    this.#thread = thread;
    this.#names = names;
    this.#capacity = arena.i32[at + traceRing.capacity];
    this.#unsure = showsOrder ? 0 : UNSURE;
  }

  /** From now on the thread begins no event with an earlier time. */
  raise(floorNs: number): void {
    const { f64 } = this.#arena;
    const floor = (this.#at + traceRing.floor) >>> 1;
    this.#floorNs = floorNs;
    if (f64[floor] < floorNs) f64[floor] = floorNs;
  }

  /** Looks how far the thread is. Pairs with `begin` and `commit` in ring.ts. */
  look(): void {
    const { i32, f64 } = this.#arena;
    load(i32, this.#at + traceRing.state);
    this.#seenFloorNs = this.#floorNs;
    // In this order: an event that begins in between has seen the floor.
    this.#isWriting = i32[this.#at + traceRing.writing] !== 0;
    load(i32, this.#at + traceRing.state);
    this.#count = f64[(this.#at + traceRing.count) >>> 1];
  }

  /** Reads the events that `look` has found, and holds them until `give`. */
  take(): void {
    // What is held for long because a thread was stopped while it wrote must not grow.
    if (this.#held.length < 2 * this.#capacity) this.#read();
    const { f64 } = this.#arena;
    const beganNs = f64[(this.#at + traceRing.began) >>> 1];
    const isQuiet = this.#next === this.#count && !this.#isWriting;
    this.boundNs = Math.max(this.boundNs, isQuiet ? this.#seenFloorNs : Math.max(beganNs, this.#newestNs));
  }

  #read(): void {
    const { i32, f64 } = this.#arena;
    const first = this.#at + traceRing.events;
    const from = Math.max(this.#next, this.#count - this.#capacity);
    const slots: Int32Array[] = [];
    for (let k = from; k < this.#count; ) {
      const slot = k % this.#capacity;
      const upTo = Math.min(this.#count, k - slot + this.#capacity);
      slots.push(i32.slice(first + slot * TRACE_EVENT_WORDS, first + (slot + upTo - k) * TRACE_EVENT_WORDS));
      k = upTo;
    }
    load(i32, this.#at + traceRing.state);
    // In this order: if it is not writing, all that it has written over the copied slots is counted.
    const writing = i32[this.#at + traceRing.writing];
    load(i32, this.#at + traceRing.state);
    const whole = Math.max(from, f64[(this.#at + traceRing.count) >>> 1] + writing - this.#capacity + this.#unsure);
    this.#lose(Math.min(whole, this.#count));
    const beganNs = f64[(this.#at + traceRing.began) >>> 1];
    let k = from;
    for (const copy of slots) {
      const doubles = new Float64Array(copy.buffer);
      for (let at = 0; at < copy.length; at += TRACE_EVENT_WORDS, k++) {
        if (k < whole) continue;
        const event = rawEvent(copy, doubles, at);
        if (event.timeNs >= beganNs) this.#held.push(decode(event, this.#thread, this.#names));
        if (event.kind !== TRACE.gc && event.kind !== TRACE.outside) this.#newestNs = event.timeNs;
      }
    }
    this.#next = this.#count;
  }

  /** Events before number `k` that were not read are lost. */
  #lose(k: number): void {
    this.lost += Math.max(0, k - this.#next);
    this.#next = Math.max(this.#next, k);
  }

  /** What was read and is before `untilNs`, oldest first except for what was told aside. */
  give(untilNs: number): TraceEvent[] {
    const given = this.#held.filter(({ timeNs }) => timeNs < untilNs);
    if (given.length > 0) this.#held = this.#held.filter(({ timeNs }) => timeNs >= untilNs);
    return given;
  }

  /** The trace is over: gives all that is left of it. `content`: the ring as it was read then. */
  finish({ events, lost, beganNs }: RingContent, endNs: number): TraceEvent[] {
    const read = this.#next;
    this.#lose(lost);
    const rest = events.slice(Math.max(0, read - lost)).filter(({ timeNs }) => timeNs >= beganNs);
    const given = [...this.#held, ...rest.map((event) => decode(event, this.#thread, this.#names))].filter(({ timeNs }) => timeNs <= endNs);
    this.#held = [];
    return given;
  }
}
