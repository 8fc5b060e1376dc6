/**
 * What a queue notes on the server: how often a value has been started, and up to where
 * values may have been delivered before a restart of the server.
 *
 * Starts: the server counts deliveries, but a value that lay in the hand of a node that
 * died may never have been started, and must not be blamed for that death (Dask had to
 * learn it: dask/distributed#5234, #7043). So a value that is delivered again is noted
 * before it is started. The first start is not noted, because that would cost each value
 * a write; without a note, a value that comes again counts as started once.
 *
 * Restarts: a server that is killed may forget which values were delivered or
 * acknowledged. So when it has a new name (it has one for each start), all values that
 * the stream has had until then may be repeated.
 */
import type { Link } from "../link/link.ts";
import { JS, codeOf } from "./stream.ts";

/** What is known of a value's attempts. */
export interface Attempts {
  readonly starts: number;
  /** Why the last one failed, if a node said. */
  readonly why: string | undefined;
}

const NOTE = "a note of a queue";

export class Marks {
  readonly #link: Link;
  readonly #queue: string;
  /** A word for this making of the stream. */
  readonly #stream: string;

  readonly #mend: () => Promise<void>;

  /** @param mend called before the first look of any node at the queue after a start of the server */
  constructor(link: Link, queue: string, created: string, mend: () => Promise<void>) {
    this.#link = link;
    this.#mend = mend;
    this.#queue = queue.replaceAll(".", "=");
    this.#stream = Date.parse(created).toString(36);
  }

  /** @param id the value's: a server that was killed may use a number again */
  async attempts(sequence: number, id: string): Promise<Attempts | undefined> {
    const note = await this.#read(this.#ofValue(sequence));
    return isCount(note?.starts) && note.id === id ? { starts: note.starts, why: typeof note.why === "string" ? note.why : undefined } : undefined;
  }

  async note(sequence: number, id: string, { starts, why }: Attempts): Promise<void> {
    await this.#write(this.#ofValue(sequence), { id, starts, why });
  }

  /** Up to which sequence number values may have been delivered before the server's last start. */
  async repeatedUpTo(): Promise<number> {
    const { serverId, names } = this.#link;
    const subject = names.mark(this.#queue, `${this.#stream}.start.${serverId}`);
    const known = await this.#read(subject);
    if (isCount(known?.upTo)) return known.upTo;
    await this.#mend();
    const jsm = await this.#link.manager();
    const { state } = await this.#link.answer(jsm.streams.info(names.stream(this.#queue.replaceAll("=", "."))));
    // If it is the first note of all, the queue has no past.
    const upTo = state.last_seq;
    try {
      await this.#write(subject, { upTo }, 0);
      return upTo;
    } catch (error) {
      if (codeOf(error) !== JS.wrongLastSequence) throw error;
      // Another node was faster.
      const theirs = await this.#read(subject);
      return isCount(theirs?.upTo) ? theirs.upTo : upTo;
    }
  }

  #ofValue(sequence: number): string {
    return this.#link.names.mark(this.#queue, `${this.#stream}.${sequence}`);
  }

  async #read(subject: string): Promise<Record<string, unknown> | undefined> {
    const jsm = await this.#link.manager();
    try {
      const message = await this.#link.answer(jsm.streams.getMessage(this.#link.names.marks, { last_by_subj: subject }));
      return message === null ? undefined : (message.json() as Record<string, unknown>);
    } catch (error) {
      if (codeOf(error) === JS.noMessage || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  async #write(subject: string, note: object, lastSubjectSequence?: number): Promise<void> {
    this.#link.checkUp(NOTE);
    await this.#link.answer(this.#link.js.publish(subject, JSON.stringify(note), lastSubjectSequence === undefined ? {} : { expect: { lastSubjectSequence } }));
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
