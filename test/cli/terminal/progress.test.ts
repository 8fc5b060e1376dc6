import { describe, expect, it } from "vitest";
import { EXIT, exitCodeOf, lineWidth } from "../../../src/cli/terminal/streams.ts";
import { ProgressLine } from "../../../src/cli/terminal/progress.ts";
import { fakeCells } from "../../lab/trial/fake-program.ts";
import { fakeResult } from "../print/fake-result.ts";

const [cell] = fakeCells();

function shown(isTTY: boolean, columns = 80): string[] {
  const written: string[] = [];
  const progress = new ProgressLine({ isTTY, columns, write: (text: string) => written.push(text) });
  progress.showTrial({ block: 0, blocks: 2, cellsDone: 0, cellsTotal: 20, next: null, leftMs: null });
  for (let done = 0; done < 20; done++) {
    progress.showTrial({ block: Math.floor(done / 10), blocks: 2, cellsDone: done, cellsTotal: 20, next: cell ?? null, leftMs: done === 0 ? null : 1000 * (20 - done) });
  }
  progress.end();
  return written;
}

describe("ProgressLine", () => {
  it("writes one line for each block where there is no terminal, and no control characters", () => {
    expect(shown(false)).toEqual(["measuring 10 cells in 2 blocks\n", "block 2 of 2, about 10 s left\n"]);
  });

  it("rewrites one line on a terminal and takes it away at the end", () => {
    const written = shown(true);
    expect(written).toHaveLength(22);
    expect(written.every((text) => text.startsWith("\r\u001b[K") && !text.includes("\n"))).toBe(true);
    expect(written[5]).toContain("block 1 of 2, cell 5 of 20, about 16 s left: gophers G1, cpu, 1 thread");
    expect(written.at(-1)).toBe("\r\u001b[K");
    expect(Math.max(...written.map((text) => text.length))).toBeLessThanOrEqual(79 + 4);
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
