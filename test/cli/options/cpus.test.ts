import { describe, expect, it } from "vitest";
import { resolveCpus } from "../../../src/cli/options/cpus.ts";

const here = { affinity: "0-3,8", taskset: "/usr/bin/taskset" };

describe("resolveCpus", () => {
  it("gives the shortest list", () => {
    expect(resolveCpus("1,0,2", here)).toBe("0-2");
    expect(resolveCpus("8", here)).toBe("8");
  });

  it.each<[string, Parameters<typeof resolveCpus>[1], string]>([
    ["zero", here, '--cpus: "zero" is not a list of cores such as 0 or 0,1 or 0-3'],
    ["3-5,9", here, '--cpus: "3-5,9": this process cannot use 4-5,9, only 0-3,8'],
    ["1", { affinity: "0", taskset: "/usr/bin/taskset" }, "this process cannot use 1, only 0"],
    ["0", { affinity: "0-3", taskset: null }, "only on Linux and with taskset"],
    ["0", { affinity: null, taskset: "/usr/bin/taskset" }, "only on Linux and with taskset"],
  ])("refuses %j where there is %j", (text, where, message) => expect(() => resolveCpus(text, where)).toThrow(message));
});
