import { expect, test } from "vitest";
import { run, start } from "../../../src/index.ts";
import { askLate, forgetReplicas, VARIANTS } from "../../../workers/replicas.ts";
import { until } from "../../runtime/until.ts";
import { onThreads } from "../../on-threads.ts";

const QUERIES = 6;

onThreads("replicas that nobody cancels, on %i threads", (threads) => {
  test.each([VARIANTS.roomForAll, VARIANTS.roomForOne])("$name: all end", async (variant) => {
    await using runtime = await start({ threads });
    expect(await runtime.spawn(forgetReplicas, variant, 4, QUERIES, 4)).toBe(QUERIES);
    await until(async () => (await runtime.stats()).tasks === 0);
  });

  test("no room, send: all but the first of each query send for ever, and the dump shows them", async () => {
    await using runtime = await start({ threads });
    expect(await runtime.spawn(forgetReplicas, VARIANTS.noRoomWaiting, 4, QUERIES, 4)).toBe(QUERIES);
    await until(async () => (await runtime.stats()).parked.send === 3 * QUERIES);
    const { threads: reports } = await runtime.dump();
    const waits = reports.flatMap(({ parked }) => parked);
    expect(waits).toHaveLength(3 * QUERIES);
    for (const wait of waits) expect(wait).toMatchObject({ task: "hasty", reason: "send", on: expect.stringContaining("chan(i32, 0)") });
    expect((await runtime.stats()).tasks).toBe(3 * QUERIES);
  });

  test("room for one, send or give up: the first answer waits for a client that is late", async () => {
    expect(await run(askLate, { threads, args: [VARIANTS.roomForOne, 5] })).toBeTypeOf("number");
  });

  test("no room, send or give up: a client that is late hangs, and is told so", async () => {
    await expect(run(askLate, { threads, args: [VARIANTS.noRoom, 5] })).rejects.toMatchObject({
      code: "ERR_DEADLOCK",
      details: { tasks: [expect.objectContaining({ task: "askLate", reason: "receive" })] },
    });
  });
});
