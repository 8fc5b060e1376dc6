/** How far a program is, on standard error: one line that is rewritten on a terminal, a line each time elsewhere. */
import type { ProgressStream } from "./progress.ts";

const CLEAR_LINE = "\r\u001b[K";

/** Tells, unless quiet. */
export class Telling {
  readonly #stream: ProgressStream;
  readonly #quiet: boolean;

  constructor(stream: ProgressStream, quiet: boolean) {
    this.#stream = stream;
    this.#quiet = quiet;
  }

  tell(text: string): void {
    if (this.#quiet) return;
    if (this.#stream.isTTY === true) this.#stream.write(CLEAR_LINE + text.slice(0, (this.#stream.columns ?? 80) - 1));
    else this.#stream.write(`${text}\n`);
  }

  /** Takes the line away. */
  end(): void {
    if (!this.#quiet && this.#stream.isTTY === true) this.#stream.write(CLEAR_LINE);
  }
}
