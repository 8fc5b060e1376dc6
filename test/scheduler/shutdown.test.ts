import { describe, expect, test } from "vitest";
import { type Runtime, start } from "../../src/index.ts";
import { until } from "../runtime/until.ts";
import { mark, spawnUntilStopped } from "./shutdown-tasks.ts";

/** Spawns from the main thread without pause until it is refused; every join must settle. */
async function submit(rt: Runtime, cells: Parameters<typeof mark>[0]): Promise<PromiseSettledResult<unknown>[]> {
  const joins: Promise<unknown>[] = [];
  for (;;) {
    try {
      joins.push(rt.spawn(mark, cells, joins.length % 1000));
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
      return Promise.allSettled(joins);
    }
    // The spawner must leave others a turn, or nobody could call stop.
    if (joins.length % 100 === 0) await new Promise((resolve) => void setImmediate(resolve));
  }
}

describe("tasks that are submitted while the runtime stops", () => {
  test("each spawn has run or was rejected, all joins settle", { tags: ["deep"] }, async () => {
    for (let round = 0; round < 4; round++) {
      const rt = await start({ threads: 2 });
      const cells = rt.shared.int32(1000);
      const { array } = cells;
      const fromThreads = [rt.spawn(spawnUntilStopped, cells), rt.spawn(spawnUntilStopped, cells)].map((join) => join.catch((error: unknown) => error));
      const fromMain = submit(rt, cells);
      await until(() => array[999] > round * 2);
      await rt.stop();
      const results = await fromMain;
      const done = results.filter(({ status }) => status === "fulfilled").length;
      for (const result of results) {
        if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
      }
      expect(array.reduce((sum, times) => sum + times, 0)).toBeGreaterThanOrEqual(done);
      for (const error of await Promise.all(fromThreads)) expect(error).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
    }
  });
});
