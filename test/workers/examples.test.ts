/** The examples: their check values as tasks, and as the programs that a reader starts. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { start } from "../../src/index.ts";
import { boundedBuffer } from "../../workers/examples/bounded-buffer.ts";
import { philosophers } from "../../workers/examples/philosophers.ts";
import { ring } from "../../workers/examples/ring.ts";
import { skynet } from "../../workers/examples/skynet.ts";
import { onThreads } from "../on-threads.ts";

const execute = promisify(execFile);

onThreads("on %i threads", (threads) => {
  test("thread ring: all passes end at the same task as counting does, and the ring ends", { tags: ["deep"] }, async () => {
    await using runtime = await start({ threads });
    for (const passes of [0, 1, 502, 503, 1000]) expect(await runtime.spawn(ring, passes)).toBe((passes % 503) + 1);
    expect(await runtime.spawn(ring, 1000)).toBe(498);
    // Once more: nobody of the rings before is in the way.
    expect(await runtime.spawn(ring, 20_000)).toBe((20_000 % 503) + 1);
  });

  test.each([[0, 0, 1], [1, 45, 11], [3, 499_500, 1111], [4, 49_995_000, 11_111]])("skynet of depth %i: %i from %i tasks", { tags: ["deep"] }, async (depth, sum, tasks) => {
    await using runtime = await start({ threads });
    expect(await runtime.spawn(skynet, 0, 10 ** depth)).toEqual({ sum, tasks });
  });

  test("philosophers: all eat, and each meal uses two forks", async () => {
    await using runtime = await start({ threads });
    const { meals, uses } = await runtime.spawn(philosophers, 300);
    expect(meals).toEqual([300, 300, 300, 300, 300]);
    expect(uses).toEqual([600, 600, 600, 600, 600]);
  });

  test.each([0, 1, 5000])("bounded buffer: each of %i items once", async (items) => {
    await using runtime = await start({ threads });
    expect(await runtime.spawn(boundedBuffer, items)).toEqual({ arrived: items, different: items });
  });
});

test.each([
  [["ring.ts"], "498"],
  [["ring.ts", "503", "2"], "1"],
  [["skynet.ts", "3", "2"], "{ sum: 499500, tasks: 1111 }"],
  [["philosophers.ts", "7"], "meals: [ 7, 7, 7, 7, 7 ]"],
  [["bounded-buffer.ts", "100"], "{ arrived: 100, different: 100 }"],
])("node workers/examples/%j", { tags: ["deep"] }, async ([file, ...args], printed) => {
  const { stdout } = await execute(process.execPath, [`workers/examples/${file}`, ...args]);
  expect(stdout).toContain(printed);
});
