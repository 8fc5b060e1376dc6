/**
 * What a node does, on standard error. On a terminal one line is rewritten each second;
 * elsewhere there is a line when the connection comes or goes, and one in ten seconds if
 * something has changed.
 */
import { readable } from "../terminal/characters.ts";

const CLEAR_LINE = "\r\u001b[K";
const REDRAWN_MS = 1000;
const LOGGED_MS = 10_000;

interface StatusStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export class StatusLine {
  readonly #stream: StatusStream;
  readonly #status: () => string;
  readonly #isQuiet: boolean;
  readonly #timer: NodeJS.Timeout;
  #last: string;
  #loggedMs = performance.now();

  constructor(stream: StatusStream, isQuiet: boolean, status: () => string) {
    this.#stream = stream;
    this.#isQuiet = isQuiet;
    this.#last = status();
    this.#status = status;
    this.#timer = setInterval(() => this.#tick(), REDRAWN_MS).unref();
  }

  /** A line that stays. */
  say(text: string): void {
    if (this.#isQuiet) return;
    this.#stream.write(`${this.#stream.isTTY === true ? CLEAR_LINE : ""}${readable(text)}\n`);
  }

  end(): void {
    clearInterval(this.#timer);
    if (!this.#isQuiet && this.#stream.isTTY === true) this.#stream.write(CLEAR_LINE);
  }

  #tick(): void {
    if (this.#isQuiet) return;
    const text = this.#status();
    if (this.#stream.isTTY === true) {
      this.#stream.write(CLEAR_LINE + text.slice(0, (this.#stream.columns ?? 80) - 1));
      return;
    }
    const nowMs = performance.now();
    if (text === this.#last || (nowMs - this.#loggedMs < LOGGED_MS && connection(text) === connection(this.#last))) return;
    this.say(text);
    this.#last = text;
    this.#loggedMs = nowMs;
  }
}

/** What a status says of the connection. */
function connection(text: string): string {
  return /, no connection.*$/.exec(text)?.[0] ?? "";
}
