import { describe, expect, it } from "vitest";
import { worstResponses } from "../../../src/lab/talk/drivers.ts";
import { DEVICES, scheduleOf } from "../../../workers/drivers.ts";

describe("the drivers' model", () => {
  it("with a task for each device an event takes its own handling", () => {
    const worst = worstResponses("tasks", scheduleOf(3000, 1));
    for (const [device, { handling }] of DEVICES.entries()) expect(worst[device]).toBeCloseTo(handling, 9);
  });

  it("in a loop a mouse waits for the disk", () => {
    // The disk is found at 10 and keeps the loop until 70; the mouse is next in the round after.
    expect(worstResponses("loop", [[10.5], [], [], [10]])).toEqual([60, 0, 0, 60]);
    expect(worstResponses("loop", [[10], [10], [10], [10]])).toEqual([0.5, 1.5, 11.5, 71.5]);
    expect(worstResponses("loop", [[0.5], [], [], []])).toEqual([1, 0, 0, 0]);
  });

  it("without events has nothing to say", () => {
    expect(worstResponses("loop", [[], [], [], []])).toEqual([0, 0, 0, 0]);
    expect(worstResponses("tasks", [[], [], [], []])).toEqual([0, 0, 0, 0]);
  });
});
