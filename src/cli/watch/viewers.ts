/**
 * The pages that watch, as streams of Server-Sent Events. The program never waits for a page:
 *
 * - Each message is encoded once, for all pages together.
 * - A page with more than 1 MB outstanding gets no `events`; they are counted, and as soon as it
 *   has caught up a `dropped` message says how many there were. All other messages are kept.
 * - A page with more than 16 MB outstanding, or that took nothing for 30 s, is disconnected. Its
 *   browser connects again by itself and then begins with a new snapshot.
 *
 * A page begins with the snapshot, and is on the list in the same step: so no message is
 * missing between them, and none comes twice. The snapshot may be longer than those limits:
 * it is encoded message by message as the page takes it, and does not count.
 *
 * The `id` of an event is the number of messages that the server had sent by then. From one
 * message to the next it rises by one, except where messages were dropped.
 */
import type { ServerResponse } from "node:http";
import type { Message } from "../../lab/watch/protocol.ts";

/** Maximum number of pages that watch at a time. */
export const MOST_VIEWERS = 32;
/** Bytes outstanding above which a page gets no events. */
export const CROWDED_BYTES = 1_000_000;
/** Bytes outstanding above which it is disconnected. */
export const STUCK_BYTES = 16_000_000;
/** So often a page with nothing outstanding gets a comment: a connection that has died fails then. */
export const PING_MS = 10_000;
/** Pings after which a page that took nothing is disconnected. */
const STUCK_PINGS = 3;
/** Messages that a queue keeps although they are written. */
const MOST_WRITTEN = 256;
/** After how many milliseconds a browser connects again. */
const RETRY_MS = 1000;

/** All pages that watch. */
export class Viewers {
  readonly #viewers = new Set<Viewer>();
  readonly #timer = setInterval(() => this.#ping(), PING_MS).unref();
  #sent = 0;

  get size(): number {
    return this.#viewers.size;
  }

  /** Most bytes that wait for one page. */
  get outstanding(): number {
    return Math.max(0, ...[...this.#viewers].map((viewer) => viewer.outstanding));
  }

  /** Begins a stream. `response` has its head. */
  add(response: ServerResponse, snapshot: readonly Message[]): void {
    const viewer = new Viewer(response, snapshot, this.#sent);
    this.#viewers.add(viewer);
    response.once("close", () => this.#viewers.delete(viewer));
  }

  /** Sends a message to all. */
  send(message: Message): void {
    this.#sent++;
    if (this.#viewers.size === 0) return;
    const bytes = encoded(this.#sent, message);
    for (const viewer of this.#viewers) viewer.send(message.kind === "events", bytes, this.#sent);
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#timer);
    for (const viewer of this.#viewers) viewer.end();
  }

  #ping(): void {
    for (const viewer of this.#viewers) viewer.ping();
  }
}

class Viewer {
  readonly #response: ServerResponse;
  /** From `#next` on: messages of the snapshot, then encoded ones. */
  #queue: (Message | Buffer)[];
  #next = 0;
  /** Bytes of encoded messages in the queue. */
  #queued = 0;
  #dropped = 0;
  readonly #snapshotId: number;
  #id: number;
  /** Pings since the page last took something, while there was something to take. */
  #pingsStuck = 0;

  constructor(response: ServerResponse, snapshot: readonly Message[], id: number) {
    this.#response = response;
    this.#queue = [...snapshot];
    this.#snapshotId = id;
    this.#id = id;
    this.#write(`retry: ${RETRY_MS}\n\n`);
    response.on("drain", () => {
      this.#pump();
      this.#admitDropped();
    });
    this.#pump();
  }

  get outstanding(): number {
    return this.#queued + this.#response.writableLength;
  }

  send(canDrop: boolean, bytes: Buffer, id: number): void {
    this.#id = id;
    if (canDrop && this.outstanding > CROWDED_BYTES) {
      this.#dropped++;
      return;
    }
    this.#admitDropped();
    this.#push(bytes);
    if (this.outstanding > STUCK_BYTES) this.end();
  }

  ping(): void {
    if (this.outstanding === 0) this.#write(": ping\n\n");
    else if (++this.#pingsStuck >= STUCK_PINGS) this.end();
  }

  end(): void {
    this.#response.destroy();
  }

  /** Says how many messages are missing, as soon as the page can take more. */
  #admitDropped(): void {
    if (this.#dropped === 0 || this.outstanding > CROWDED_BYTES) return;
    const messages = this.#dropped;
    this.#dropped = 0;
    this.#push(encoded(this.#id, { kind: "dropped", messages }));
  }

  #push(bytes: Buffer): void {
    this.#queue.push(bytes);
    this.#queued += bytes.byteLength;
    this.#pump();
  }

  #write(what: Buffer | string): void {
    this.#response.write(what, () => {
      this.#pingsStuck = 0;
    });
  }

  #pump(): void {
    while (this.#next < this.#queue.length && !this.#response.writableNeedDrain && !this.#response.destroyed) {
      const next = this.#queue[this.#next++] as Message | Buffer;
      if (Buffer.isBuffer(next)) this.#queued -= next.byteLength;
      this.#write(Buffer.isBuffer(next) ? next : encoded(this.#snapshotId, next));
      if (this.#next === this.#queue.length || this.#next === MOST_WRITTEN) {
        this.#queue.splice(0, this.#next);
        this.#next = 0;
      }
    }
  }
}

/** JSON has no line breaks, so one line of `data` holds it. */
function encoded(id: number, message: Message): Buffer {
  return Buffer.from(`id: ${id}\ndata: ${JSON.stringify(message)}\n\n`);
}
