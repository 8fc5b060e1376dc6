/** Every sending verb against every receiving verb. */
import { expect, test } from "vitest";
import { i32 } from "../../../src/index.ts";
import type { Setup } from "./suite.ts";
import { RECV_VERBS, SEND_VERBS } from "../tasks/verbs.ts";

const COUNT = 300;
const ALL = Array.from({ length: COUNT }, (_, k) => k);

export function verbCases({ capacity, rt, place }: Setup): void {
  for (const [sendName, send] of Object.entries(SEND_VERBS)) {
    for (const [recvName, recv] of Object.entries(RECV_VERBS)) {
      // Two that never wait never meet without a buffer.
      if (capacity === 0 && sendName === "trySend" && recvName === "tryRecv") continue;
      test(`${sendName} to ${recvName}: each value once, in order, then closed`, async () => {
        const c = rt().chan(i32, capacity);
        const received = place().right(recv, c, COUNT);
        await place().left(send, c, 0, COUNT);
        c.close();
        expect(await received).toEqual(ALL);
        expect(c.tryRecv()).toBeUndefined();
        expect(() => c.trySend(1)).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_CLOSED" }));
      });
    }
  }
}
