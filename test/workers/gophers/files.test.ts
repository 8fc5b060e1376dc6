import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start, type Runtime } from "../../../src/index.ts";
import { burnWith, type Mishap } from "./broken-pile.ts";
import { emptyTree } from "./tree.ts";

/** `big` takes four loads (0…3), `small` the fifth. */
const contents = () => new Map([["big", Buffer.alloc(200_000, 1)], ["small", Buffer.from("s")]]);

describe("a file to which something happens", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await start({ threads: 1 });
  });
  afterAll(async () => {
    await runtime.stop();
  });

  test.each([
    [{ victim: "small", before: 4, what: "vanishes" }, "unreadable", "ENOENT: no such file or directory"],
    [{ victim: "small", before: 4, what: "becomes a pipe" }, "changed", "is no longer a regular file"],
    [{ victim: "small", before: 4, what: "becomes a link" }, "unreadable", /^ELOOP/],
    [{ victim: "big", before: 2, what: "shrinks" }, "changed", "became shorter while it was read: 131072 bytes of 200000"],
    [{ victim: "big", before: 1, what: "shrinks" }, "changed", "became shorter while it was read: 70000 bytes of 200000"],
    [{ victim: "big", before: 2, what: "grows" }, "changed", "was 200000 bytes when opened and 200004 when read"],
    [{ victim: "big", before: 3, what: "is rewritten" }, "changed", "was written to while it was read"],
  ] as [Mishap, string, string | RegExp][])("%j is named, and the other is burnt", async (mishap, kind, message) => {
    using tree = emptyTree(contents());
    const { burnt, problems, mistakes, accounted } = await runtime.spawn(burnWith, tree.directory, mishap);
    expect(burnt).toEqual(["big", "small"].filter((name) => name !== mishap.victim));
    expect(problems).toEqual([{ path: mishap.victim, kind, message: expect.stringMatching(message) }]);
    expect(mistakes).toEqual([]);
    expect(accounted).toBe(true);
  });

  test("on the way is a mistake of ours, and found", async () => {
    using tree = emptyTree(contents());
    const mishap: Mishap = { victim: "big", before: 1, what: "is damaged in the cart" };
    const { burnt, mistakes, accounted } = await runtime.spawn(burnWith, tree.directory, mishap);
    expect(burnt).toEqual(["small"]);
    expect(mistakes[0]).toBe("file 0: the frame at 65536 was damaged or out of order");
    expect(accounted).toBe(false);
  });
});
