/** Ending a wait by its signal: nothing is lost, nobody else is disturbed, nothing stays behind. */
import { expect, test } from "vitest";
import { type Chan, i32 } from "../../../src/index.ts";
import { abortable, recvImpatiently, sendImpatiently } from "../tasks/cancelling.ts";
import type { Setup } from "./suite.ts";
import { recvOne, sendOne } from "../tasks/verbs.ts";
import { receiversAt, sendersAt, until } from "../tasks/world.ts";

export function cancelCases({ capacity, rt, place }: Setup): void {
  const make = () => rt().chan(i32, capacity);
  const fill = (c: Chan<number>) => {
    for (let k = 0; k < capacity; k++) c.trySend(-1);
  };

  test("attempts that time out leave no trace: every value arrives once, in order", async () => {
    const c = make();
    const received = place().right(recvImpatiently, c, 12);
    await place().left(sendImpatiently, c, 12);
    expect(await received).toEqual(Array.from({ length: 12 }, (_, k) => k));
    expect([receiversAt(rt(), c), sendersAt(rt(), c), c.length]).toEqual([0, 0, 0]);
    c.close();
  });

  for (const verb of ["recv", "recvMany"] as const) {
    test(`a ${verb} that is aborted between two others leaves them their turn`, async () => {
      const [c, abort] = [make(), rt().chan(i32, 1)];
      const first = place().left(recvOne, c);
      await until(() => receiversAt(rt(), c) === 1);
      const aborted = place().right(abortable, verb, c, 0, abort);
      await until(() => receiversAt(rt(), c) === 2);
      const last = place().left(recvOne, c);
      await until(() => receiversAt(rt(), c) === 3);
      abort.trySend(1);
      expect(await aborted).toEqual({ error: "enough" });
      expect(receiversAt(rt(), c)).toBe(2);
      expect([c.trySend(1), c.trySend(2)]).toEqual([true, true]);
      expect([await first, await last]).toEqual([1, 2]);
      c.close();
      abort.close();
    });
  }

  for (const verb of ["send", "sendMany"] as const) {
    test(`a ${verb} that is aborted between two others takes its value with it`, async () => {
      const [c, abort] = [make(), rt().chan(i32, 1)];
      fill(c);
      const first = place().left(sendOne, c, 1);
      await until(() => sendersAt(rt(), c) === 1);
      const aborted = place().right(abortable, verb, c, 100, abort);
      await until(() => sendersAt(rt(), c) === 2);
      const last = place().left(sendOne, c, 2);
      await until(() => sendersAt(rt(), c) === 3);
      abort.trySend(1);
      expect(await aborted).toEqual({ error: verb === "send" ? "enough" : "the batch ended early: enough (after 0 of the batch)" });
      expect(sendersAt(rt(), c)).toBe(2);
      for (let k = 0; k < capacity; k++) expect(c.tryRecv()).toBe(-1);
      expect([c.tryRecv(), c.tryRecv(), c.tryRecv()]).toEqual([1, 2, undefined]);
      expect([await first, await last]).toEqual(["sent", "sent"]);
      c.close();
      abort.close();
    });
  }

  test("a signal that has fired already: the operation throws its reason, takes and leaves nothing", async () => {
    const c = make();
    fill(c);
    const signal = AbortSignal.abort(new Error("too late"));
    for (const attempt of [() => c.recv({ signal }), () => c.recvMany(2, { signal }), () => c.send(1, { signal }), () => c.sendMany([1], { signal })]) {
      expect(attempt).toThrow("too late");
    }
    expect([c.length, receiversAt(rt(), c), sendersAt(rt(), c)]).toEqual([capacity, 0, 0]);
    c.close();
    for (let k = 0; k < capacity; k++) c.tryRecv();
  });
}
