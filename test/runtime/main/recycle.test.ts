/** What happens to the tasks of a thread that is recycled. */
import { expect, test } from "vitest";
import { start } from "../../../src/index.ts";
import { computeForEver, square } from "./recycle-tasks.ts";
import { until } from "../until.ts";

test.each([0, 1])("tasks that thread %i has not started run on its replacement, each time it dies; the running one is lost", { tags: ["deep"] }, async (thread) => {
  await using rt = await start({ threads: 2 });
  for (let death = 0; death < 3; death++) {
    using running = rt.shared.int32(1);
    const lost = rt.spawn.on(thread)(computeForEver, running).catch((error: unknown) => error);
    await until(() => Atomics.load(running.array, 0) === 1);
    const queued = Array.from({ length: 50 }, (_, k) => rt.spawn.on(thread)(square, k));
    await rt.recycle(thread);
    expect(await lost).toMatchObject({ code: "ERR_THREAD_DIED", details: { thread, task: "computeForEver" } });
    expect(await Promise.all(queued)).toEqual(Array.from({ length: 50 }, (_, k) => k * k));
  }
});
