/**
 * From the events of a program that runs to messages for the page, batch by batch: which
 * tasks began and ended, what they marked, what each thread ran, and what tasks wait for.
 * The lab's own readers decide it (trace/states.ts), so at the end of a run the messages
 * say the same as an analysis of the whole trace.
 *
 * A slice that was sent stays as it is. If a task turns out to have run on, that is one
 * more slice, right behind the one that was sent. What runs now is in `open`: the next
 * message replaces it. A wait can be earlier than messages that were sent before, because
 * some stops are known only by what another task does later.
 *
 * Memory: what the readers know of each task, and of slices and waits only those that were
 * not sent. Not done: to give the time in which a sleeping thread's loop worked to a task
 * (trace/outside.ts). That needs the whole trace, and no watched program needs it.
 */
import type { TraceEvent } from "../../index.ts";
import type { Life } from "../trace/census.ts";
import { EventReader, type Mark } from "../trace/states.ts";
import type { EndLine, MarkLine, Message, SliceLine, TaskLine, WaitLine } from "./protocol.ts";

/** Events of a program since the last batch, as `tracing.follow()` gives them. */
export interface Batch {
  /** By time. */
  readonly events: readonly TraceEvent[];
  /** Events lost so far, by thread. */
  readonly lost: readonly number[];
  /** No later batch has an event before this time. */
  readonly untilNs: number;
}

/** A message of events. */
export type EventsMessage = Extract<Message, { kind: "events" }>;

/** Makes the messages of one run. */
export class Reducer {
  readonly #run: number;
  readonly #reader: EventReader;
  /** Tasks of the reader up to this place have been looked at. */
  #met = 0;
  /** Places of tasks that have not begun, and of those that have not ended. */
  readonly #unborn = new Set<number>();
  readonly #alive = new Set<number>();
  /** Marks since the last message. */
  readonly #marks: MarkLine[] = [];
  #lost = 0;
  #untilNs = 0;

  /** @param startNs zero of all times, on the clock of `process.hrtime` */
  constructor(run: number, { threads, startNs }: { readonly threads: number; readonly startNs: number }) {
    this.#run = run;
    this.#reader = new EventReader({ threads, startNs }, { mark: (mark) => this.#mark(mark) });
  }

  /** The message of a batch. */
  take({ events, lost, untilNs }: Batch): EventsMessage {
    for (const event of events) this.#reader.read(event);
    this.#lost = lost.reduce((sum, count) => sum + count, 0);
    return this.#message(this.#reader.nsOf(untilNs));
  }

  /** The last message: the run is over, and nothing runs any more. */
  end(endNs: number): EventsMessage {
    const ns = Math.max(this.#untilNs, this.#reader.nsOf(endNs));
    for (const line of this.#reader.lines) line.clear(ns);
    return this.#message(ns);
  }

  /** Not those of the main thread, which coordinates. */
  #mark({ ns, task, thread, name, n }: Mark): void {
    if (thread < this.#reader.lines.length) this.#marks.push([msOf(ns), task, thread, name, n]);
  }

  #message(untilNs: number): EventsMessage {
    this.#untilNs = untilNs;
    const { lines } = this.#reader;
    const { tasks, ends, waits } = this.#news();
    const slices = lines.flatMap((line) => line.take()).flatMap(([thread, place, fromNs, toNs]): SliceLine[] => (toNs > fromNs ? [[thread, this.#life(place).id, msOf(fromNs), msOf(toNs)]] : []));
    const open = lines.flatMap(({ running }, thread): EventsMessage["open"] => (running === null ? [] : [[thread, this.#life(running.task).id, msOf(running.sinceNs)]]));
    return { kind: "events", run: this.#run, untilMs: msOf(untilNs), lost: this.#lost, tasks, ends, marks: this.#marks.splice(0), slices, waits, open };
  }

  /** Tasks that began or ended, and what is known since the last message of how they wait. Tasks that share a number are left out: each would be all of them. */
  #news(): { readonly tasks: readonly TaskLine[]; readonly ends: readonly EndLine[]; readonly waits: readonly WaitLine[] } {
    const tasks: TaskLine[] = [];
    const ends: EndLine[] = [];
    const waits: WaitLine[] = [];
    for (const { size } = this.#reader.census; this.#met < size; this.#met++) if (this.#life(this.#met).id !== 0) this.#unborn.add(this.#met);
    for (const place of this.#unborn) {
      const { id, name, thread, startNs } = this.#life(place);
      if (startNs === null || thread === null) continue;
      tasks.push([id, name, thread, msOf(startNs)]);
      this.#unborn.delete(place);
      this.#alive.add(place);
    }
    for (const place of this.#alive) {
      const life = this.#life(place);
      for (const { ns, rest } of life.takeMarks()) waits.push([life.id, msOf(ns), rest]);
      if (life.endNs === null) continue;
      ends.push([life.id, msOf(life.endNs)]);
      this.#alive.delete(place);
    }
    return { tasks, ends, waits: waits.toSorted((a, b) => a[1] - b[1]) };
  }

  #life(place: number): Life {
    return this.#reader.census.life(place);
  }
}

function msOf(ns: number): number {
  return ns / 1e6;
}
