import { afterEach, describe, expect, it, vi } from "vitest";
import { EXIT, exitCodeOf, lineWidth } from "../../../src/cli/terminal/streams.ts";
import { ProgressLine } from "../../../src/cli/terminal/progress.ts";
import type { TrialProgress } from "../../../src/lab/trial/plan.ts";
import { fakeCells } from "../../lab/trial/fake-program.ts";
import { fakeResult } from "../print/fake-result.ts";

const [cell] = fakeCells();

/** Progress of the given cell of 20 in two blocks; `null`: before the first. */
const at = (done: number | null): TrialProgress => ({
  block: Math.floor((done ?? 0) / 10), blocks: 2, cellsDone: done ?? 0, cellsTotal: 20, next: done === null ? null : (cell ?? null), leftMs: done === null ? null : 1000 * (20 - done), cells: [],
});

function shown(isTTY: boolean, columns = 80): string[] {
  const written: string[] = [];
  const progress = new ProgressLine({ isTTY, columns, write: (text: string) => written.push(text) });
  progress.showTrial(at(null));
  for (let done = 0; done < 20; done++) progress.showTrial(at(done));
  progress.end();
  return written;
}

/** What a terminal shows after this was written to it: only line feeds, carriage returns, "up" and the two ways to erase. */
function screenOf(written: string): string[] {
  const lines = [""];
  let row = 0;
  // oxlint-disable-next-line no-control-regex -- control characters are what is read
  for (const [, up, token] of written.matchAll(/\u001b\[(?:(\d+)A|[KJ])|(\n|\r|[^\u001b\n\r]+)/g)) {
    if (up !== undefined) row -= Number(up);
    else if (token === "\n") lines[++row] ??= "";
    else if (token === undefined) lines.splice(row, lines.length, "");
    else if (token !== "\r") lines[row] = (lines[row] ?? "") + token;
  }
  return lines;
}

describe("ProgressLine", () => {
  afterEach(() => void vi.useRealTimers());

  it("writes one line for each block where there is no terminal, and no control characters", () => {
    expect(shown(false)).toEqual(["measuring 10 cells in 2 blocks, about 20 s left\n", "block 2 of 2, about 10 s left\n"]);
  });

  it("gives a sign at least every ten seconds where there is no terminal, with what is left by then, and none after the end", () => {
    vi.useFakeTimers();
    const written: string[] = [];
    const progress = new ProgressLine({ write: (text: string) => written.push(text) });
    progress.showTrial(at(null));
    vi.advanceTimersByTime(10_000);
    progress.showTrial(at(3));
    vi.advanceTimersByTime(10_000);
    progress.end();
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual(["starting: calibrating and finding the size of the work\n", "measuring 10 cells in 2 blocks, about 17 s left\n", "block 1 of 2, cell 4 of 20, about 7 s left\n"]);
  });

  it("says nothing of what is left once more time has gone by than was expected", () => {
    vi.useFakeTimers();
    const written: string[] = [];
    const progress = new ProgressLine({ write: (text: string) => written.push(text) });
    progress.showTrial(at(15));
    vi.advanceTimersByTime(10_000);
    progress.end();
    expect(written).toEqual(["block 2 of 2, about 5 s left\n", "block 2 of 2, cell 16 of 20\n"]);
  });

  it("rewrites one line on a terminal and takes it away at the end", () => {
    const written = shown(true);
    expect(written).toHaveLength(22);
    expect(written.every((text) => text.startsWith("\r\u001b[K") && !text.includes("\n"))).toBe(true);
    expect(written[5]).toContain("block 1 of 2, cell 5 of 20, about 16 s left: gophers G1, cpu, 1 thread");
    expect(written.at(-1)).toBe("\r\u001b[K");
    expect(Math.max(...written.map((text) => text.length))).toBeLessThanOrEqual(79 + 4);
  });

  it("shows the result so far above the line, anew in each cell of the first block and once in each later one, and takes it away at the end", () => {
    let written = "";
    let drawn = 0;
    const progress = new ProgressLine({ isTTY: true, columns: 80, rows: 30, write: (text: string) => (written += text) });
    const soFar = (): string[] => [`drawn ${++drawn}`, "two\nlines"];
    progress.showTrial(at(null), soFar);
    for (const done of [0, 1, 10, 11]) progress.showTrial(at(done), soFar);
    expect(drawn).toBe(3);
    expect(screenOf(written)).toEqual(["drawn 3", "two", "lines", "block 2 of 2, cell 12 of 20, about 9 s left: gophers G1, cpu, 1 thread"]);
    progress.end();
    expect(screenOf(written)).toEqual([""]);
  });

  it("shows only the line where the terminal has too few rows, and nothing when quiet", () => {
    let written = "";
    const stream = { isTTY: true, columns: 80, rows: 4, write: (text: string) => (written += text) };
    const soFar = (): string[] => ["one", "two", "three"];
    new ProgressLine(stream, true).showTrial(at(0), soFar);
    expect(written).toBe("");
    new ProgressLine(stream).showTrial(at(0), soFar);
    expect(screenOf(written)).toEqual([expect.stringMatching(/^block 1 of 2/)]);
  });

  it("never fills a line of a narrow terminal", () => {
    expect(Math.max(...shown(true, 30).map((text) => text.length))).toBeLessThanOrEqual(29 + 4);
  });
});

describe("lineWidth", () => {
  it.each([[100, {}, 100], [undefined, { COLUMNS: "90" }, 90], [undefined, {}, 120], [10, {}, 40], [undefined, { COLUMNS: "many" }, 120]])("%j columns, environment %j: %d", (columns, environment, width) => {
    expect(lineWidth({ columns } as { columns: number }, environment)).toBe(width);
  });
});

describe("exitCodeOf", () => {
  it("puts an interruption before a wrong result before a doubtful environment", async () => {
    const fine = await fakeResult();
    const wrong = await fakeResult({ failing: true });
    const doubtful = { ...fine, env: { ...fine.env, warnings: ["busy"] } };
    expect(exitCodeOf(fine, true)).toBe(EXIT.fine);
    expect(exitCodeOf(wrong, false)).toBe(EXIT.wrong);
    expect(exitCodeOf(doubtful, false)).toBe(EXIT.fine);
    expect(exitCodeOf(doubtful, true)).toBe(EXIT.unsuitable);
    expect(exitCodeOf({ ...wrong, config: { ...wrong.config, interrupted: true } }, true)).toBe(EXIT.interrupted);
  });
});
