import { expect, test } from "vitest";
import { spawn, start } from "../../../src/index.ts";
import { builtins } from "./loaded-tasks.ts";

test("a thread does not load undici, which takes longer than all else that a thread loads", async () => {
  await using _rt = await start({ threads: 1 });
  const loaded = await spawn(builtins);
  expect(loaded).toContain("NativeModule worker_threads");
  expect(loaded.filter((name) => name.includes("undici"))).toEqual([]);
});
