/** Several programs in one command: one document, and the exit code of the worst. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runPrograms, type ProgramCommand } from "../../../src/cli/programs/command.ts";
import { check } from "../../../src/lab/talk/report.ts";

/** Runs nothing and finds what it is told to. */
const fake = (name: string, measured: number, leastThreads?: number): ProgramCommand => ({
  name, what: name, claim: "", examples: [], unitMs: null, ...(leastThreads === undefined ? {} : { leastThreads }),
  options: [],
  resolve: () => async () => ({ config: {}, findings: [check("books", { expected: 1, measured })], notes: [], conclusion: `${name} is done.` }),
});

async function written(programs: readonly ProgramCommand[], file: string, raw: object = {}): Promise<{ code: number; text: string }> {
  const folder = await mkdtemp(join(tmpdir(), "warren-"));
  try {
    const output = join(folder, file);
    const code = await runPrograms(programs, { threads: "1", output, quiet: true, ...raw }, []);
    return { code, text: await readFile(output, "utf8") };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("runPrograms", () => {
  it("writes all reports into one document", async () => {
    const { code, text } = await written([fake("a", 1), fake("b", 1)], "all.json");
    const { schema, reports } = JSON.parse(text);
    expect([code, schema]).toEqual([0, "warren-programs/1"]);
    expect(reports).toMatchObject([{ program: "a", schema: "warren-program/1", series: [], plots: [] }, { program: "b" }]);
  });

  it("writes one after the other for people", async () => {
    const { text } = await written([fake("a", 1), fake("b", 1)], "all.txt");
    expect(text.match(/[ab] is done\./g)).toEqual(["a is done.", "b is done."]);
  });

  it("ends with 1 when a check of any fails", async () => {
    expect((await written([fake("a", 2), fake("b", 1)], "all.json")).code).toBe(1);
  });

  it("refuses fewer threads than a program needs, before any is run", async () => {
    await expect(written([fake("a", 1), fake("b", 1, 2)], "all.json")).rejects.toThrow('--threads: "1" is not an integer from 2');
  });
});
