import { afterAll, beforeAll, expect, test } from "vitest";
import { type Runtime, start } from "../../src/index.ts";
import { thrown } from "../runtime/until.ts";
import { внутри, ошибка, 二倍 } from "./задачи ワーク/仕事 一.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

test("names and module paths in any script", async () => {
  expect(await rt.spawn(二倍, 21)).toBe("42 – удвоено 🐹");
  expect(await rt.spawn(внутри, 4)).toBe("8 – удвоено 🐹");
});

test("errors name them", async () => {
  const error = (await thrown(() => rt.spawn(ошибка))) as Error;
  expect(error.message).toBe("Fehler: größer als 五");
  expect(error.stack).toContain("task ошибка, spawned at");
});
