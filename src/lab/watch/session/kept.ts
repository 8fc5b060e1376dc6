/**
 * What a page that connects later must know: the run, its events so far in few messages,
 * and what was measured or predicted since. Only one run is kept, and of its events the
 * newest: so many that a page gets some tens of megabytes at most. If there were more, a
 * `dropped` message says how many of these messages are missing.
 */
import type { EventsMessage } from "../reduce.ts";
import type { Message, State } from "../protocol.ts";

/** Lines of events: 50 to 100 bytes each. */
const MOST_LINES = 500_000;
/** A message takes more events until it has so many lines. */
const LINES_TOGETHER = 500;

type RunMessage = Extract<Message, { kind: "run" }>;

/** The messages of the present run, in short. */
export class Kept {
  readonly #most: number;
  #state: State;
  #run: RunMessage | null = null;
  /** The oldest first, some hundred lines in each. */
  #events: EventsMessage[] = [];
  #lines = 0;
  /** Tasks of messages that are no longer kept: without their names nothing else could be read. */
  #tasks: EventsMessage["tasks"] = [];
  #dropped = 0;
  /** `end`, `gains` and `foreseen`, in the order in which they came. */
  #after: Message[] = [];

  /** @param state what goes on before the first message */
  constructor(state: State, most = MOST_LINES) {
    this.#state = state;
    this.#most = most;
  }

  /** What goes on. */
  get state(): State {
    return this.#state;
  }

  /** A message was sent. */
  add(message: Message): void {
    switch (message.kind) {
      case "state":
        // A prediction takes the place of a run.
        if (message.state.phase === "predicting" && this.#state.phase !== "predicting") this.#begin(null);
        this.#state = message.state;
        return;
      case "run":
        return this.#begin(message);
      case "events":
        return this.#addEvents(message);
      case "foreseen":
        this.#after = this.#after.filter(({ kind }) => kind !== "foreseen");
        this.#after.push(message);
        return;
      case "end":
      case "gains":
        this.#after.push(message);
        return;
      case "dropped":
    }
  }

  /** All that a page needs. */
  get messages(): readonly Message[] {
    const dropped: readonly Message[] = this.#dropped === 0 ? [] : [{ kind: "dropped", messages: this.#dropped }];
    const [first, ...others] = this.#events;
    const events = first === undefined ? [] : [{ ...first, tasks: [...this.#tasks, ...first.tasks] }, ...others];
    return [...(this.#run === null ? [] : [this.#run]), ...dropped, ...events, ...this.#after, { kind: "state", state: this.#state }];
  }

  /** What came before is over. */
  #begin(run: RunMessage | null): void {
    this.#run = run;
    [this.#events, this.#tasks, this.#after] = [[], [], []];
    this.#lines = this.#dropped = 0;
  }

  #addEvents(message: EventsMessage): void {
    const last = this.#events.at(-1);
    if (last === undefined || linesOf(last) >= LINES_TOGETHER) this.#events.push(message);
    else this.#events[this.#events.length - 1] = joined(last, message);
    this.#lines += linesOf(message);
    while (this.#lines > this.#most && this.#events.length > 1) this.#drop(this.#events.shift() as EventsMessage);
  }

  #drop(oldest: EventsMessage): void {
    this.#lines -= linesOf(oldest);
    this.#tasks = [...this.#tasks, ...oldest.tasks];
    this.#dropped++;
  }
}

/** Two messages as one. */
function joined(first: EventsMessage, second: EventsMessage): EventsMessage {
  return {
    ...second,
    tasks: [...first.tasks, ...second.tasks],
    ends: [...first.ends, ...second.ends],
    marks: [...first.marks, ...second.marks],
    slices: [...first.slices, ...second.slices],
    waits: [...first.waits, ...second.waits],
  };
}

function linesOf({ tasks, ends, marks, slices, waits }: EventsMessage): number {
  return tasks.length + ends.length + marks.length + slices.length + waits.length;
}
