import { expect, test } from "vitest";
import { Arena } from "../../../src/memory/arena.ts";
import { processor } from "../../../src/memory/layout.ts";
import { HeapWatch } from "../../../src/runtime/thread/heap-watch.ts";

test("a heap that is far from its limit is looked at rarely: each look makes V8 check whether to begin a full collection", () => {
  const arena = Arena.create(1);
  const { i32, here } = arena;
  const watch = new HeapWatch(arena);
  const looks = (nowMs: number): boolean => {
    i32[here + processor.heapUsed] = 0;
    watch.look(nowMs);
    return i32[here + processor.heapUsed] !== 0;
  };
  expect(looks(1000)).toBe(true);
  expect(looks(1020)).toBe(false);
  // Nothing fills the gigabytes of the usual limit in less than this.
  const freeMib = (i32[here + processor.heapLimit] * 0.7 - i32[here + processor.heapPeak]) / 1024;
  expect(freeMib).toBeGreaterThan(200);
  expect(looks(1000 + freeMib / 4 - 2)).toBe(false);
  expect(looks(1000 + freeMib / 4 + 2)).toBe(true);
});
