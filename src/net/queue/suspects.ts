/**
 * Values that may have been started before. The program gets each only when its start is
 * noted on the server (marks.ts), so that a value which ends its process is found.
 *
 * Invariants:
 * 1. A start is noted only when the program asks for a value: one that lies here while
 *    its node dies is not blamed.
 * 2. A value that has used up its tries but one, or has been started twice, is given only
 *    when no other such value is in hand: when the node dies then, the right one is blamed.
 */
import { setTimeout } from "../../host.ts";
import type { Held } from "./delivery.ts";
import type { Marks } from "./marks.ts";

/** What suspects need of their deliveries. */
export interface SuspectHost {
  readonly marks: Marks;
  readonly tries: number;
  /** Between two questions to a server that does not answer. */
  readonly retryMs: number;
  readonly warn: (error: unknown) => void;
  /** Whether the program waits for a value. */
  readonly isWanted: () => boolean;
  /** The start is noted: the program may have it. */
  readonly give: (held: Held) => void;
  /** It has no tries left: it becomes a dead letter. */
  readonly bury: (held: Held) => Promise<void>;
  /** Values that are no suspects were held back, and may be given again. */
  readonly goOn: () => void;
}

/** A value that has been started so often is given alone. */
const CAREFUL = 2;

export class Suspects {
  readonly #host: SuspectHost;
  readonly #careful: number;
  #all: Held[] = [];
  /** The careful one that is in hand. */
  #alone: Held | undefined;
  #isNoting = false;
  /** The server has not taken a note: the others go on without it. */
  #isFailing = false;

  constructor(host: SuspectHost) {
    this.#host = host;
    this.#careful = Math.max(1, Math.min(CAREFUL, host.tries - 1));
  }

  /** @param starts how often it was started, `undefined` if the server must be asked */
  add(held: Held, starts: number | undefined): void {
    held.starts = starts;
    this.#all.push(held);
    if (starts === undefined) void this.#learn(held);
    else this.#goOn();
  }

  /** One is to be given before all values that are no suspects. */
  get isDue(): boolean {
    return this.#isNoting || (!this.#isFailing && this.#all.length > 0 && this.#next() !== undefined);
  }

  /** A value is not in hand any more. */
  released(held: Held): void {
    if (this.#alone === held) this.#alone = undefined;
    this.#goOn();
  }

  /** At each renewal: what failed is tried again. */
  tick(): void {
    this.#isFailing = false;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#all.length > 0 && this.#host.isWanted()) void this.noteNext();
  }

  #next(): Held | undefined {
    this.#all = this.#all.filter(({ state }) => state === "waiting");
    return this.#all.find(({ starts }) => starts !== undefined && (starts < this.#careful || this.#alone === undefined));
  }

  /** Learns how often a value was started. */
  async #learn(held: Held): Promise<void> {
    const { marks, tries, retryMs, warn, bury } = this.#host;
    while (held.state === "waiting") {
      try {
        if (held.starts === undefined) {
          const known = await marks.attempts(held.sequence, held.id);
          held.why = known?.why;
          // Without a note it was started once, at most.
          held.starts = known?.starts ?? held.startsUnnoted;
        }
        if (held.starts < tries) return this.#goOn();
        this.#all = this.#all.filter((its) => its !== held);
        await bury(held);
      } catch (error) {
        warn(error);
        await delay(retryMs);
      }
    }
  }

  /** Notes the start of the first that may be started, and gives it. Call it when the program asks for a value. */
  async noteNext(): Promise<void> {
    if (this.#isNoting) return;
    const held = this.#next();
    if (held === undefined) return;
    const { marks, warn, give, goOn } = this.#host;
    const starts = held.starts as number;
    if (starts >= this.#careful) this.#alone = held;
    this.#isNoting = true;
    try {
      await marks.note(held.sequence, held.id, { starts: starts + 1, why: held.why });
      this.#all = this.#all.filter((its) => its !== held);
      if (held.state === "waiting") give(held);
    } catch (error) {
      this.#isFailing = true;
      if (this.#alone === held) this.#alone = undefined;
      warn(error);
    } finally {
      this.#isNoting = false;
    }
    goOn();
    if (!this.#isFailing) this.#goOn();
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
