/**
 * Progress on standard error, written only when the lab says that no run is
 * being timed: one line that is rewritten on a terminal, one line for each
 * block elsewhere.
 */
import { printCell } from "../../lab/cell.ts";
import type { TrialProgress } from "../../lab/trial/plan.ts";
import { count, printTime } from "../../lab/text.ts";

const CLEAR_LINE = "\r\u001b[K";

/** Where progress is written. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Tells how far a trial has come. */
export class Progress {
  readonly #stream: ProgressStream;
  #blockTold = -1;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  /** Called between cells. */
  show(progress: TrialProgress): void {
    if (this.#stream.isTTY === true) this.#rewrite(progress);
    else this.#append(progress);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#stream.isTTY === true) this.#stream.write(CLEAR_LINE);
  }

  #rewrite(progress: TrialProgress): void {
    const { block, blocks, cellsDone, cellsTotal, next } = progress;
    const line = next === null
      ? "starting: calibrating and finding the size of the work"
      : `block ${block + 1} of ${blocks}, cell ${cellsDone + 1} of ${cellsTotal}${timeLeft(progress)}: ${printCell(next)}`;
    this.#stream.write(CLEAR_LINE + line.slice(0, (this.#stream.columns ?? 80) - 1));
  }

  #append(progress: TrialProgress): void {
    const { block, blocks, cellsTotal, next } = progress;
    if (next === null || block === this.#blockTold) return;
    this.#blockTold = block;
    const what = block === 0 ? `measuring ${count(cellsTotal / blocks, "cell")} in ${count(blocks, "block")}` : `block ${block + 1} of ${blocks}`;
    this.#stream.write(`${what}${timeLeft(progress)}\n`);
  }
}

function timeLeft({ leftMs }: TrialProgress): string {
  return leftMs === null ? "" : `, about ${printTime(Math.ceil(leftMs / 1000) * 1e9).replace(/\.\d+/, "")} left`;
}
