/** The checker of histories: what a queue can do passes, what it cannot is found. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type History, type Op, type Result, type Verb, isLinearizable, printHistory } from "../../verify/linear/history.ts";

/** An operation from its verb, value, moments and result. */
const op = (verb: Verb, value: number, invoked: number, returned: number, result: Result): Op => ({ verb, value, invoked, returned, result });
const of = (capacity: number, ...ops: Op[]): History => ({ capacity, before: [], ops });

describe("refuses", () => {
  const WRONG: Record<string, History> = {
    "a value that nobody sent": of(1, op("recv", 0, 0, 1, 5)),
    "a value received twice": of(1, op("send", 5, 0, 1, "ok"), op("recv", 0, 2, 3, 5), op("recv", 0, 4, 5, 5)),
    "a value lost": of(1, op("send", 5, 0, 1, "ok"), op("tryRecv", 0, 2, 3, "empty")),
    "values out of order": of(2, op("send", 1, 0, 1, "ok"), op("send", 2, 2, 3, "ok"), op("recv", 0, 4, 5, 2), op("recv", 0, 6, 7, 1)),
    "a receive before its send": of(1, op("recv", 0, 0, 1, 5), op("send", 5, 2, 3, "ok")),
    "more values than fit": of(1, op("send", 1, 0, 1, "ok"), op("trySend", 2, 2, 3, "ok")),
    "full while there is room": of(2, op("send", 1, 0, 1, "ok"), op("trySend", 2, 2, 3, "full")),
    "a send after close": of(1, op("close", 0, 0, 1, "ok"), op("trySend", 1, 2, 3, "ok")),
    "closed twice": of(1, op("close", 0, 0, 5, "ok"), op("close", 0, 1, 4, "ok")),
    "an end before the close": of(1, op("recv", 0, 0, 1, "empty"), op("close", 0, 2, 3, "ok")),
    "an end with a value left": of(1, op("send", 1, 0, 1, "ok"), op("close", 0, 2, 3, "ok"), op("recv", 0, 4, 5, "empty")),
    "a rendezvous of two that never met": of(0, op("send", 1, 0, 1, "ok"), op("recv", 0, 2, 3, 1)),
    "a cancelled send that was received": of(1, op("send", 1, 0, 3, "cancelled"), op("recv", 0, 1, 2, 1)),
  };
  test.each(Object.entries(WRONG))("%s", (_what, history) => {
    expect(isLinearizable(history), printHistory(history)).toBe(false);
  });
});

describe("accepts", () => {
  const RIGHT: Record<string, History> = {
    "nothing": of(1),
    "overlapping sends in either order": of(2, op("send", 1, 0, 3, "ok"), op("send", 2, 1, 2, "ok"), op("recv", 0, 4, 5, 2), op("recv", 0, 6, 7, 1)),
    "a rendezvous": of(0, op("send", 1, 0, 3, "ok"), op("recv", 0, 1, 2, 1)),
    "a rendezvous by tries on one side": of(0, op("recv", 0, 0, 3, 1), op("trySend", 1, 1, 2, "ok"), op("trySend", 2, 4, 5, "full")),
    "values before the close, then the end": of(1, op("send", 1, 0, 1, "ok"), op("close", 0, 2, 3, "ok"), op("recv", 0, 4, 5, 1), op("recv", 0, 6, 7, "empty"), op("send", 2, 8, 9, "closed")),
    "a cancelled send": of(0, op("send", 1, 0, 9, "cancelled"), op("tryRecv", 0, 1, 2, "empty")),
    "what was buffered before": { capacity: 2, before: [-1, -2], ops: [op("recv", 0, 0, 1, -1), op("trySend", 3, 2, 3, "ok"), op("tryRecv", 0, 4, 5, -2)] },
  };
  test.each(Object.entries(RIGHT))("%s", (_what, history) => {
    expect(isLinearizable(history), printHistory(history)).toBe(true);
  });

  test("whatever a queue did in some order, however the operations overlap", () => {
    const verbs = fc.array(fc.constantFrom<Verb>("trySend", "tryRecv", "close"), { maxLength: 10 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), verbs, fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 10, maxLength: 10 }), (capacity, order, stretches) => {
        const queue: number[] = [];
        let isClosed = false;
        const ops = order.map((verb, k) => {
          const [early, late] = stretches[k];
          const at = (result: Result): Op => op(verb, k, 10 * k - 10 * early, 10 * k + 1 + 10 * late, result);
          if (verb === "tryRecv") return at(queue.shift() ?? "empty");
          if (isClosed) return at("closed");
          if (verb === "close") {
            isClosed = true;
            return at("ok");
          }
          return at(queue.length < capacity ? (queue.push(k), "ok") : "full");
        });
        expect(isLinearizable(of(capacity, ...ops))).toBe(true);
      }),
    );
  });
});
