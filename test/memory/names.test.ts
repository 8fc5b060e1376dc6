import { expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { Names } from "../../src/memory/names.ts";

test("a name has one number on every thread, and a number its name", () => {
  const arena = Arena.create(1, 4_194_304);
  const [here, there] = [new Names(arena), new Names(Arena.attach(arena.memory, 0))];
  const texts = ["file:///a.ts\nf", "", "задачи", "仕事", "🙂", "x".repeat(100_000)];
  const ids = texts.map((text) => here.intern(text));
  expect(new Set(ids).size).toBe(texts.length);
  expect(ids.every((id) => id > 0)).toBe(true);
  expect(texts.map((text) => there.intern(text))).toEqual(ids);
  expect(ids.map((id) => there.text(id))).toEqual(texts);
});

test("interning a known name takes no memory", () => {
  const arena = Arena.create(1, 4_194_304);
  const [here, there] = [new Names(arena), new Names(Arena.attach(arena.memory, 0))];
  here.intern("name");
  const { used } = arena.use();
  expect(there.intern("name")).toBe(here.intern("name"));
  expect(arena.use().used).toBe(used);
});

test("task ids come in blocks that do not overlap", () => {
  const arena = Arena.create(1, 4_194_304);
  const [here, there] = [new Names(arena), new Names(Arena.attach(arena.memory, 0))];
  expect([here.block(1000), there.block(1000), here.block(5), there.block(1)]).toEqual([1, 1001, 2001, 2006]);
});
