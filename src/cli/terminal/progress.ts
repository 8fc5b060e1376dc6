/**
 * What a command is doing, on standard error. On a terminal one line is rewritten, and
 * above it the screen of the result so far; elsewhere there is a line for each block, and
 * at least one in ten seconds. Drawn only while no run is timed; the lines of the ten
 * seconds are the exception: a run can take longer than that.
 */
import { printCell } from "../../lab/cell.ts";
import { count, printTime } from "../../lab/text.ts";
import type { TrialProgress } from "../../lab/trial/plan.ts";

const CLEAR_LINE = "\r\u001b[K";
/** Without a terminal there is a line at least this often, milliseconds. */
const SIGN_OF_LIFE_MS = 10_000;

interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** The lines of the result so far. */
export type DrawSoFar = () => readonly string[];

/** The line of progress, and on a terminal the screen above it. */
export class ProgressLine {
  readonly #stream: ProgressStream;
  readonly #isQuiet: boolean;
  #block = -1;
  /** Lines above the line of progress. */
  #above = 0;
  #timer: NodeJS.Timeout | undefined;
  #sign: () => string = () => "";

  constructor(stream: ProgressStream, isQuiet = false) {
    this.#stream = stream;
    this.#isQuiet = isQuiet;
  }

  /** `line`: what is written where nothing can be rewritten; `null`: nothing, unless nothing was written for ten seconds. */
  show(text: string, line: string | null = text): void {
    this.#show(text, line, () => text);
  }

  /** Between the cells of a measurement. `soFar`: what is shown above the line on a terminal. */
  showTrial(progress: TrialProgress, soFar?: DrawSoFar): void {
    const { block, blocks, cellsDone, cellsTotal, next, leftMs } = progress;
    if (next === null) return this.show("starting: calibrating and finding the size of the work", null);
    const isNew = block !== this.#block;
    this.#block = block;
    const started = block === 0 ? `measuring ${count(cellsTotal / blocks, "cell")} in ${count(blocks, "block")}` : `block ${block + 1} of ${blocks}`;
    // in the first block each cell is new; later ones change little
    if ((isNew || block === 0) && soFar !== undefined) this.#draw(soFar);
    const at = performance.now();
    const where = `block ${block + 1} of ${blocks}, cell ${cellsDone + 1} of ${cellsTotal}`;
    this.#show(`${where}${timeLeft(leftMs)}: ${printCell(next)}`, isNew ? started + timeLeft(leftMs) : null, () => where + timeLeft(leftMs === null ? null : Math.max(0, leftMs - (performance.now() - at))));
  }

  /** Something that must be read, also when quiet: in place of the line of progress. */
  say(text: string): void {
    if (this.#isQuiet || this.#stream.isTTY !== true) this.#stream.write(`${text}\n`);
    else this.#show(text, null, () => text);
  }

  /** Removes the line, and the screen above it. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!this.#isQuiet && this.#stream.isTTY === true) this.#clear();
  }

  #show(text: string, line: string | null, sign: () => string): void {
    if (this.#isQuiet) return;
    if (this.#stream.isTTY === true) {
      this.#stream.write(CLEAR_LINE + text.slice(0, (this.#stream.columns ?? 80) - 1));
      return;
    }
    this.#sign = sign;
    if (line !== null) this.#stream.write(`${line}\n`);
    if (line === null && this.#timer !== undefined) return;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#stream.write(`${this.#sign()}\n`), SIGN_OF_LIFE_MS).unref();
  }

  /** Draws the screen so far anew, if the terminal has room for it. */
  #draw(soFar: DrawSoFar): void {
    if (this.#isQuiet || this.#stream.isTTY !== true) return;
    const lines = soFar().flatMap((line) => line.split("\n"));
    this.#clear();
    if (lines.length + 2 > (this.#stream.rows ?? 24)) return;
    this.#stream.write(lines.map((line) => `${line}\n`).join(""));
    this.#above = lines.length;
  }

  #clear(): void {
    this.#stream.write(this.#above === 0 ? CLEAR_LINE : `\r\u001b[${this.#above}A\u001b[J`);
    this.#above = 0;
  }
}

/** Nothing also where more time has gone by than was expected. */
function timeLeft(leftMs: number | null): string {
  return leftMs === null || leftMs <= 0 ? "" : `, about ${printTime(Math.ceil(leftMs / 1000) * 1e9).replace(/\.\d+/, "")} left`;
}
