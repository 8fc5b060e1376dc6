/** One job on nodes that are lost, busy or absent: each result is added once and in order, and what may have been done twice is listed. */
import { describe, expect, test } from "vitest";
import { WarrenError } from "../../../src/index.ts";
import type { Net } from "../../../src/net/index.ts";
import { onNodes, type Job, type Pass } from "../../../src/cli/net/spread.ts";

type Call = (piece: string, key: string, time: number) => string;

/** Doubles texts; what it collects shows the order. */
const job = (pieces: readonly string[]): Job<string, string, string[]> => ({
  task: async (piece: string) => piece + piece,
  taskName: "double",
  pieces,
  args: (piece = "") => [piece],
  files: (piece) => [piece],
  halves: (piece) => (piece.length < 2 ? null : { parts: [piece.slice(0, 1), piece.slice(1)], join: (first, second) => first + second }),
  collect: () => {
    const results: string[] = [];
    return { add: (result, index) => results.push(`${index} ${result}`), end: () => results };
  },
});

/** Nodes on which `call` decides what happens; it is told how often the key has come. */
async function doneOn(call: Call, pieces: readonly string[] = ["a", "b", "c", "d"], threads = 2): Promise<Pass<string[]> & { readonly most: number; readonly done: number[] }> {
  const times = new Map<string, number>();
  let [now, most] = [0, 0];
  const spawn = { with: ({ key }: { key: string }) => async (_task: unknown, piece: string): Promise<string> => {
    times.set(key, (times.get(key) ?? 0) + 1);
    most = Math.max(most, ++now);
    await new Promise((resolve) => {
      setTimeout(resolve, piece === "a" ? 5 : 0);
    });
    now--;
    return call(piece, key, times.get(key) as number);
  } };
  const done: number[] = [];
  const pass = await onNodes({ spawn } as unknown as Net, job(pieces), { run: "run", threads: () => threads, done: (count) => done.push(count) });
  return { ...pass, most, done };
}

const double: Call = (piece) => piece + piece;
const lost = (node?: string): WarrenError => new WarrenError("ERR_NODE_LOST", "lost", { node });

describe("onNodes", () => {
  test("adds results in the order of the pieces, with three under way for each thread", async () => {
    const pieces = Array.from({ length: 20 }, (_, index) => (index === 0 ? "a" : String(index)));
    const { value, repeated, most, done } = await doneOn(double, pieces, 2);
    expect(value).toEqual(pieces.map((piece, index) => `${index} ${piece}${piece}`));
    expect([repeated, most, done]).toEqual([[], 6, pieces.map((_, index) => index + 1)]);
  });

  test("does a piece of a lost node again, under the same key, and lists it", async () => {
    const { value, repeated } = await doneOn((piece, _key, time) => {
      if (piece === "b" && time === 1) throw lost("two");
      if (piece === "c" && time < 3) throw lost();
      return piece + piece;
    });
    expect(value).toEqual(["0 aa", "1 bb", "2 cc", "3 dd"]);
    expect(repeated).toEqual([{ piece: 1, node: "two" }, { piece: 2, node: null }, { piece: 2, node: null }]);
  });

  test("gives up a piece that has ended four nodes", async () => {
    await expect(doneOn((piece) => {
      if (piece === "b") throw lost("any");
      return piece;
    })).rejects.toThrow("4 nodes were lost with one piece of the work: b");
  });

  test("waits for a node or a connection, and does not list what has not run", async () => {
    const { value, repeated } = await doneOn((piece, _key, time) => {
      if (time === 1) throw new WarrenError(piece === "a" ? "ERR_NO_NODE" : "ERR_NET_DOWN", "absent");
      return piece + piece;
    });
    expect([value.length, repeated]).toEqual([4, []]);
  });

  test("divides a piece whose result is too large for a message", async () => {
    const { value } = await doneOn((piece) => {
      if (piece.length > 1) throw new WarrenError("ERR_TOO_BIG", "too big");
      return piece + piece;
    }, ["xyz", "q"]);
    expect(value).toEqual(["0 xxyyzz", "1 qq"]);
  });

  test("fails in one line, with the node, if the task itself fails", async () => {
    await expect(doneOn((piece) => {
      throw piece === "a" ? Object.assign(new Error("ENOENT: no such file or directory, stat '/pile'"), { node: "two" }) : lost();
    }, ["a"])).rejects.toThrow("node two: ENOENT: no such file or directory, stat '/pile'. Each node reads the files itself, so they must be at the same path there");
  });
});
