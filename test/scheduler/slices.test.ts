/** A time slice ends soon after its time, also if the tasks compute between their operations: timers and I/O get their turn. */
import { expect, test } from "vitest";
import { start } from "../../src/index.ts";
import { sendTo } from "./slice-tasks.ts";

const VALUES = 80;

test.each([[1, 0], [1, 100], [8, 0], [8, 100]])("of %i tasks that compute for each value, a few go on in a turn of the event loop; capacity %i", async (tasks, capacity) => {
  await using runtime = await start({ threads: 1 });
  expect(await runtime.spawn(sendTo, tasks, VALUES, capacity)).toBeGreaterThan(VALUES / 8);
});
