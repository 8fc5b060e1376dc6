/**
 * What a command is doing, on standard error: one line that is rewritten on a
 * terminal; elsewhere a line each time, and for a measurement a line for each
 * block. Written only while no run is timed.
 */
import { printCell } from "../../lab/cell.ts";
import { count, printTime } from "../../lab/text.ts";
import type { TrialProgress } from "../../lab/trial/plan.ts";

const CLEAR_LINE = "\r\u001b[K";

interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** The line of progress. */
export class ProgressLine {
  readonly #stream: ProgressStream;
  readonly #isQuiet: boolean;
  #block = -1;

  constructor(stream: ProgressStream, isQuiet = false) {
    this.#stream = stream;
    this.#isQuiet = isQuiet;
  }

  /** `line`: what is written where nothing can be rewritten; `null`: nothing. */
  show(text: string, line: string | null = text): void {
    if (this.#isQuiet) return;
    if (this.#stream.isTTY === true) this.#stream.write(CLEAR_LINE + text.slice(0, (this.#stream.columns ?? 80) - 1));
    else if (line !== null) this.#stream.write(`${line}\n`);
  }

  /** Between the cells of a measurement. */
  showTrial(progress: TrialProgress): void {
    const { block, blocks, cellsDone, cellsTotal, next } = progress;
    if (next === null) return this.show("starting: calibrating and finding the size of the work", null);
    const isNew = block !== this.#block;
    this.#block = block;
    const started = block === 0 ? `measuring ${count(cellsTotal / blocks, "cell")} in ${count(blocks, "block")}` : `block ${block + 1} of ${blocks}`;
    this.show(`block ${block + 1} of ${blocks}, cell ${cellsDone + 1} of ${cellsTotal}${timeLeft(progress)}: ${printCell(next)}`, isNew ? started + timeLeft(progress) : null);
  }

  /** Removes the line. */
  end(): void {
    if (!this.#isQuiet && this.#stream.isTTY === true) this.#stream.write(CLEAR_LINE);
  }
}

function timeLeft({ leftMs }: TrialProgress): string {
  return leftMs === null ? "" : `, about ${printTime(Math.ceil(leftMs / 1000) * 1e9).replace(/\.\d+/, "")} left`;
}
