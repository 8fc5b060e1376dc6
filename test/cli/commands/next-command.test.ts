import { describe, expect, it } from "vitest";
import { nextCommand, nextWithFile, programName } from "../../../src/cli/commands/next-command.ts";
import type { Result } from "../../../src/lab/result.ts";
import { fakeHeadline, fakeResult, type FakeTrial } from "../print/fake-result.ts";
import { warren } from "../warren-process.ts";

const command = (text: string) => ({ config: { command: text.split(" ").filter((word) => word !== "") } });

const withDesign = async (design: string): Promise<Result> => {
  const result = await fakeHeadline(command("gophers --designs all --quick"));
  return { ...result, cells: result.cells.map((cell) => (cell.design === "G7" ? { ...cell, design } : cell)) };
};

const CASES: [what: string, result: () => Promise<Result>, manifest: string | null, next: string][] = [
  ["the headline", () => fakeHeadline(command("")), null, "gophers --designs all --quick"],
  ["all designs", () => withDesign("G11"), null, "experiment carts"],
  ["some designs", () => fakeHeadline(command("gophers --designs G1,G6,G7 --quick")), null, "trace gophers --designs G7 --world cpu --threads 2"],
  ["one thread", () => fakeResult({ threads: [1], ...command("gophers --threads 1 --quick") }), null, "gophers --quick --threads 1,2"],
  ["few blocks", () => fakeResult({ blocks: 2, ...command("gophers --blocks 2") }), null, "gophers --quick"],
  ["much noise", () => fakeResult({ noise: 0.8, ...command("gophers --quick") }), null, "gophers --publish"],
  ["threads that took turns", () => fakeHeadline({ processors: 1, ...command("gophers") }), null, "env"],
  ["threads that took turns on purpose", () => fakeHeadline({ processors: 1, config: { command: ["gophers", "--cpus", "0", "--quick"], cpus: "0" } }), null, "gophers --quick"],
  ["a baseline", () => fakeHeadline(command("gophers --save main")), null, "gophers --baseline main"],
  ["a long measurement", () => fakeHeadline(command("gophers --publish")), null, "gophers --publish -o run.json"],
  ["files", () => fakeResult({ worlds: ["pile"], ...command("gophers --pile src") }), null, "gophers --pile src --manifest pile.txt"],
  ["files with a manifest", () => fakeResult({ worlds: ["pile"] }), "pile.txt", "gophers --designs all --world wait --quick"],
  ["an interruption", () => fakeResult({ config: { interrupted: true, command: ["gophers"] } }), null, "gophers --quick"],
  ["an interruption of a quick one", () => fakeResult({ config: { interrupted: true, command: ["gophers", "--quick", "--world", "cpu"] } } satisfies FakeTrial), null, "gophers --world cpu --quick"],
];

describe("nextCommand", () => {
  it.each(CASES)("after %s", async (_what, result, manifest, next) => {
    expect(nextCommand(await result(), manifest)).toBe(next);
  });

  it("quotes what a shell would take apart", async () => {
    const result = await fakeResult({ worlds: ["pile"], config: { command: ["gophers", "--pile", "my files"] } });
    expect(nextCommand(result, null)).toBe("gophers --pile 'my files' --manifest pile.txt");
  });

  it("names commands and options that there are", { tags: ["deep"] }, async () => {
    const known = new Map<string, string>();
    for (const text of [...CASES.map(([, , , next]) => next), nextWithFile("run.json") ?? ""]) {
      const words = text.split(" ");
      const path = words[0] === "trace" ? words.slice(0, 2) : words.slice(0, 1);
      const name = path.join(" ");
      const help = known.get(name) ?? (await warren([...path, "--help"])).stdout;
      known.set(name, help);
      expect(help).toContain(`Usage: warren ${name}`);
      for (const option of words.filter((word) => word.startsWith("-"))) expect(help).toMatch(new RegExp(`^ +(-\\w, )?${option}[ ,]`, "m"));
    }
  });
});

describe("nextWithFile", () => {
  it.each([
    ["run.json", "report run.json -o run.html"],
    ["a b/run.json", "report 'a b/run.json' -o 'a b/run.html'"],
    ["run.txt", null],
  ])("%s: %s", (path, next) => expect(nextWithFile(path)).toBe(next));
});

describe("programName", () => {
  it("is what the user typed", () => {
    expect(programName("/x/bin/warren", {})).toBe("warren");
    expect(programName("src/cli/main.ts", {})).toBe("node src/cli/main.ts");
    expect(programName("/x/src/cli/main.ts", { npm_lifecycle_event: "warren" })).toBe("npm run warren --");
  });
});
