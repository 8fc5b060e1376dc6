import { describe, expect, it } from "vitest";
import { processorList, processorsIn } from "../../../src/lab/machine/affinity.ts";

describe("processorsIn and processorList", () => {
  it.each<[string, number[], string]>([
    ["0", [0], "0"],
    ["0,1", [0, 1], "0-1"],
    ["0-3", [0, 1, 2, 3], "0-3"],
    ["8,0-2,1", [0, 1, 2, 8], "0-2,8"],
    ["3, 5", [3, 5], "3,5"],
  ])("%j", (text, processors, list) => {
    expect(processorsIn(text)).toEqual(processors);
    expect(processorList(processors)).toBe(list);
  });

  it.each(["", "a", "1-", "-1", "3-1", "0,,1", "0x1", "1.5"])("refuse %j", (text) => expect(processorsIn(text)).toBeNull());
});
