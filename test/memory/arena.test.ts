/** The arena's allocator, without a runtime: two attachments stand for two threads. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { PAGE } from "../../src/memory/layout.ts";
import { BATCH, CLASS_WORDS, MAX_SMALL, classOf } from "../../src/memory/size-classes.ts";

const MB = 1_048_576;
const small = (bytes = 8 * MB) => Arena.create(1, bytes);

describe("size classes", () => {
  test("each size gets the smallest class that holds it, wasting at most a half", () => {
    for (let words = 1; words <= MAX_SMALL; words++) {
      const k = classOf(words);
      expect(CLASS_WORDS[k]).toBeGreaterThanOrEqual(words);
      if (k > 1) expect(CLASS_WORDS[k - 1]).toBeLessThan(words);
      if (words > 4) expect(CLASS_WORDS[k]).toBeLessThanOrEqual(2 * words);
    }
  });

  test("classes keep 8-byte alignment and fit into a page", () => {
    for (const [k, words] of CLASS_WORDS.entries()) {
      expect(words % 2).toBe(0);
      expect(words).toBeLessThanOrEqual(PAGE);
      expect(BATCH[k]).toBeGreaterThanOrEqual(2);
    }
  });
});

describe("blocks", () => {
  test("of any size are aligned, disjoint and writable; freeing all brings use back to the start", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 300, max: 3 * PAGE })), { maxLength: 60 }), (sizes) => {
        const arena = small(16 * MB);
        const { used } = arena.use();
        const blocks = sizes.map((words, k) => {
          const block = arena.alloc(words);
          expect(block % 2).toBe(0);
          arena.i32.fill(k + 1, block, block + words);
          return { block, words, k };
        });
        for (const { block, words, k } of blocks) expect(arena.i32.subarray(block, block + words).every((word) => word === k + 1)).toBe(true);
        for (const { block } of blocks) arena.free(block);
        expect(arena.use().used).toBe(used);
      }),
      { numRuns: 30 },
    );
  });

  test("that are to be zero are cleared as far as they were used before, and not where no page was ever used", () => {
    const arena = small(16 * MB);
    const first = arena.alloc(2 * PAGE);
    arena.i32.fill(7, first, first + 2 * PAGE);
    arena.free(first);
    // A mark where no page was ever used: it stays, because nothing writes there. A vector of 64 MiB would take a tenth of a second.
    const unused = first + 3 * PAGE;
    arena.i32[unused] = 7;
    const block = arena.allocZeroed(5 * PAGE);
    expect(block).toBe(first);
    expect(arena.i32.subarray(block, block + 2 * PAGE).every((word) => word === 0)).toBe(true);
    expect(arena.i32[unused]).toBe(7);
    arena.free(block);
    const again = arena.allocZeroed(4 * PAGE + 1);
    expect(arena.i32.subarray(again, again + 4 * PAGE + 1).every((word) => word === 0)).toBe(true);
  });

  test("in use are counted with their class's size, large ones by pages", () => {
    const arena = small();
    const { used } = arena.use();
    const blocks = [arena.alloc(5), arena.alloc(MAX_SMALL), arena.alloc(MAX_SMALL + 1), arena.alloc(2 * PAGE)];
    expect(arena.use().used - used).toBe((8 + MAX_SMALL + PAGE + 2 * PAGE) * 4);
    for (const block of blocks) arena.free(block);
    expect(arena.use().used).toBe(used);
  });

  test("are used again, small ones and large ones: no growth however often", () => {
    const arena = small(4 * MB);
    const churn = () => {
      const blocks = Array.from({ length: 200 }, (_, k) => arena.alloc(1 + ((k * 97) % 700)));
      const large = [arena.alloc(3 * PAGE), arena.alloc(PAGE + 1), arena.alloc(5 * PAGE)];
      for (const block of [...blocks, ...large]) arena.free(block);
    };
    churn();
    const { reserved } = arena.use();
    for (let round = 0; round < 200; round++) churn();
    expect(arena.use().reserved).toBe(reserved);
  });

  test("of neighbouring freed pages join into one large block", () => {
    const arena = small(8 * MB);
    const blocks: number[] = [];
    try {
      for (;;) blocks.push(arena.alloc(PAGE));
    } catch {
      // full
    }
    for (const block of blocks.slice(10, 30)) arena.free(block);
    expect(arena.alloc(20 * PAGE)).toBe(blocks[10]);
    expect(() => arena.alloc(PAGE)).toThrow();
  });

  test("made by one thread and freed by another go round without growth", () => {
    const arena = small(8 * MB);
    const other = Arena.attach(arena.memory, 0);
    const { used } = arena.use();
    const pass = () => {
      const blocks = Array.from({ length: 1000 }, () => arena.alloc(24));
      for (const block of blocks) other.free(block);
    };
    pass();
    const { reserved } = arena.use();
    for (let round = 0; round < 100; round++) pass();
    expect(arena.use()).toMatchObject({ used, reserved });
    expect(other.use()).toEqual(arena.use());
  });

  test("freed twice, or never allocated, are a broken invariant", () => {
    const arena = small();
    const block = arena.alloc(PAGE);
    arena.free(block);
    expect(() => arena.free(block)).toThrow(expect.objectContaining({ code: "ERR_INTERNAL" }));
    expect(() => arena.free(arena.i32.length - PAGE)).toThrow(expect.objectContaining({ code: "ERR_INTERNAL" }));
  });
});

describe("headers", () => {
  test("are never used for anything else, and what a stale handle reads of one survives", () => {
    const arena = small();
    const headers = Array.from({ length: 300 }, () => arena.allocHeader(0));
    for (const [k, at] of headers.entries()) arena.i32[at + 1] = k + 7;
    for (const at of headers) arena.free(at);
    const blocks = Array.from({ length: 2000 }, () => arena.alloc(60));
    for (const block of blocks) arena.i32.fill(-1, block, block + 60);
    for (const [k, at] of headers.entries()) expect(arena.i32[at + 1]).toBe(k + 7);
    const pagesOf = (blocks: number[]) => new Set(blocks.map((block) => Math.floor(block / PAGE)));
    expect(pagesOf(Array.from({ length: 300 }, () => arena.allocHeader(0)))).toEqual(pagesOf(headers));
    expect(pagesOf(blocks).intersection(pagesOf(headers)).size).toBe(0);
  });
});

describe("a full arena", () => {
  test("refuses with limit, use and what was asked for, and goes on once something is freed", () => {
    const arena = small(4 * MB);
    const { used } = arena.use();
    const blocks: number[] = [];
    let error: unknown;
    try {
      for (;;) blocks.push(arena.alloc(10_000));
    } catch (thrown) {
      error = thrown;
    }
    const use = arena.use();
    expect(error).toMatchObject({ code: "ERR_ARENA_FULL", details: { limit: use.limit, used: use.used, reserved: use.reserved, asked: 40_000 } });
    expect((error as Error).message).toContain("40000");
    expect(use.limit).toBeLessThanOrEqual(4 * MB);
    for (let round = 0; round < 3; round++) {
      expect(() => arena.alloc(10_000)).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
      arena.free(blocks.pop() as number);
      blocks.push(arena.alloc(9000));
    }
    for (const block of blocks) arena.free(block);
    expect(arena.use().used).toBe(used);
  });

  test("still gives small blocks of pages that are cut already", () => {
    const arena = small(4 * MB);
    const first = arena.alloc(30);
    const large: number[] = [];
    try {
      for (;;) large.push(arena.alloc(PAGE));
    } catch {
      // full
    }
    expect(arena.alloc(30)).not.toBe(first);
    expect(() => arena.alloc(3000)).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
  });

  test("cannot be asked for more than it is", () => {
    for (const words of [2 ** 28, 2 ** 31, 2 ** 40]) expect(() => small().alloc(words)).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
  });
});

test.each([0, -1, 1000, 1.5, Number.NaN, 2 ** 32, "8" as never])("an arena of %s bytes is refused", (bytes) => {
  expect(() => Arena.create(2, bytes)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining(String(bytes)) }));
});
