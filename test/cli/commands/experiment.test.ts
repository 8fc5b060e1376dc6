/** `warren experiment` as a process, and what it refuses. */
import { describe, expect, it } from "vitest";
import { choiceOf, printExperiments } from "../../../src/cli/commands/experiment.ts";
import { UsageError } from "../../../src/cli/options/values.ts";
import { EXPERIMENTS } from "../../../src/lab/talk/gophers/experiments/catalogue.ts";
import { warren } from "../warren-process.ts";

describe("warren experiment", () => {
  it("lists the experiments without a name", async () => {
    const { code, stdout, stderr } = await warren(["experiment"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n").map((line) => line.split(" ")[0])).toEqual([...EXPERIMENTS.map(({ name }) => name), "all", ""]);
    const json = JSON.parse((await warren(["experiment", "--format", "json"])).stdout) as { experiments: { name: string }[] };
    expect(json.experiments.map(({ name }) => name)).toEqual(EXPERIMENTS.map(({ name }) => name));
  });

  it("answers a misspelt name with the nearest", async () => {
    const { code, stdout, stderr } = await warren(["experiment", "crats"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe('warren: experiment: "crats" is not one of designs, carts, walk, bursts, axes, grain, control, all — did you mean carts?\n');
  });

  it.each([
    [["grain", "--unit", "5"], "--unit cannot be used with experiment grain"],
    [["all", "--save", "x"], "--save cannot be used here: name one experiment"],
    [["control", "--baseline", "x"], "--baseline cannot be used here: experiment control has several results"],
    [["carts", "--save", "a b"], '--save: "a b" is not a name'],
    [["control", "--threads", "1"], '--threads: "1" is not an integer from 2 to'],
    [["walk", "--quick", "--full"], "use --quick or --full, not both"],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await warren(["experiment", ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it("gives findings and pictures in JSON", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren(["experiment", "Walk", "--repetitions", "1", "--loads", "4", "--unit", "0.2", "--format", "json", "-q"]);
    expect([code, stderr]).toEqual([0, ""]);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ schema: "warren-program/1", program: "experiment walk", threads: 1, unitMs: 0.2, config: { repetitions: 1, loads: 4 } });
    expect(report.plots).toHaveLength(2);
    expect(report.plots[0]).toMatchObject({ x: { scale: "linear" }, series: [{ kind: "predicted" }, { kind: "predicted" }, { name: "G6", kind: "measured" }, { name: "G5", kind: "measured" }] });
  });

  it("checks the options of all before the first is run", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren(["experiment", "all", "--loads", "1"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe('warren: --loads: "1" is not an integer from 4 to 100000\n');
  });
});

describe("the choice", () => {
  it("is six repetitions, three for a look, twenty of twice the length in full", () => {
    expect(choiceOf({}, 24)).toEqual({ repetitions: 6, loads: 24, traced: true });
    expect(choiceOf({ quick: true }, 24)).toEqual({ repetitions: 3, loads: 24, traced: false });
    expect(choiceOf({ full: true }, 24)).toEqual({ repetitions: 20, loads: 48, traced: true });
    expect(choiceOf({ full: true, repetitions: "8", loads: "10" }, 24)).toEqual({ repetitions: 8, loads: 10, traced: true });
  });

  it.each([
    [{ repetitions: "0" }, '--repetitions: "0" is not an integer from 1 to 1000'],
    [{ loads: "3" }, '--loads: "3" is not an integer from 4 to 100000'],
  ])("refuses %j", (raw, message) => {
    expect(() => choiceOf(raw, 24)).toThrow(UsageError);
    expect(() => choiceOf(raw, 24)).toThrow(message);
  });
});

it("the list keeps to the width", () => {
  for (const width of [50, 80]) expect(Math.max(...printExperiments(width).split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
});
