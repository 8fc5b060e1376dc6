import { describe, expect, it } from "vitest";
import { nextCommand, programName } from "../../src/cli/next-command.ts";
import { sentences } from "../../src/cli/sentences.ts";
import { fakeResult } from "./fake-result.ts";

describe("sentences", () => {
  it("say what structure gave, what threads gave, and the control", async () => {
    await expect(`${sentences(await fakeResult()).join("\n")}\n`).toMatchFileSnapshot("golden/sentences.txt");
  });

  it("say nothing of parallelism from one thread", async () => {
    const said = sentences(await fakeResult({ threads: [1] }));
    expect(said).toContain("Only one thread was measured, so there is nothing to say about parallelism.");
  });

  it("call a gain within 3 % none", async () => {
    const said = sentences(await fakeResult({ worlds: ["cpu"], noise: 0 })).join("\n");
    expect(said).toMatch(/structure alone gains nothing, 1\.00×/);
  });

  it("say that there are too few blocks for an interval", async () => {
    expect(sentences(await fakeResult({ blocks: 2 })).join("\n")).toContain("from too few blocks for an interval");
  });

  it("say nothing where there is nothing to compare", async () => {
    expect(sentences(await fakeResult({ designs: ["G4"] }))).toEqual([]);
    expect(sentences(await fakeResult({ designs: ["G1"], threads: [1] }))).toEqual([]);
  });
});

describe("nextCommand", () => {
  it.each([
    [{}, null, "gophers --designs all --quick"],
    [{ threads: [1], config: { command: ["gophers", "--threads", "1", "--quick"] } }, null, "gophers --quick --threads 1,2"],
    [{ blocks: 2, config: { command: ["gophers", "--blocks", "2"] } }, null, "gophers --quick"],
    [{ noise: 0.8, config: { command: ["gophers", "--quick"] } }, null, "gophers --publish"],
    [{ worlds: ["pile"], config: { command: ["gophers", "--pile", "src"] } }, null, "gophers --pile src --manifest pile.txt"],
    [{ worlds: ["pile"] }, "pile.txt", "gophers --designs all --world wait --quick"],
    [{ config: { interrupted: true, command: ["gophers"] } }, null, "gophers --quick"],
  ])("after %j: %s", async (trial, manifest, expected) => {
    expect(nextCommand(await fakeResult(trial), manifest)).toBe(expected);
  });
});

describe("programName", () => {
  it("is what the user typed", () => {
    expect(programName("/x/bin/warren", {})).toBe("warren");
    expect(programName("src/cli/main.ts", {})).toBe("node src/cli/main.ts");
    expect(programName("/x/src/cli/main.ts", { npm_lifecycle_event: "warren" })).toBe("npm run warren --");
  });
});
