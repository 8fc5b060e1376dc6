/** kotlinx.coroutines, ChannelUndeliveredElementStressTest: sent − cancelled = received. */
import { i32 } from "../../src/index.ts";
import { recvOrCancel, sendOrCancel } from "./cancel-tasks.ts";
import { type Stress, count, scaled } from "./stress.ts";

const SENDERS = 4;

function undelivered(capacity: number): Stress {
  return {
    id: `cancelled-${capacity}`,
    what: `4+4 tasks × 10,000 values, sends and receives cancelled at random, capacity ${capacity}`,
    async run(setup) {
      const { rt, seed } = setup;
      const each = scaled(10_000, setup);
      using sent = rt.shared.int32(SENDERS * each);
      using got = rt.shared.int32(SENDERS * each);
      const c = rt.chan(i32, capacity);
      const receiving = Array.from({ length: 4 }, (_, k) => rt.spawn(recvOrCancel, c, got, seed, k));
      const sending = Array.from({ length: SENDERS }, (_, k) => rt.spawn(sendOrCancel, c, k * each, each, sent, seed));
      const cancelled = (await Promise.all(sending)).reduce((sum, some) => sum + some, 0);
      c.close();
      await Promise.all(receiving);
      let [dup, lost, phantoms] = [0, 0, 0];
      for (let value = 0; value < SENDERS * each; value++) {
        if (got.array[value] > 1) dup++;
        if (got.array[value] < sent.array[value]) lost++;
        if (got.array[value] > sent.array[value]) phantoms++;
      }
      return { ops: SENDERS * each, dup, lost, notes: [`cancelled ${count(cancelled)}`, `cancelled and received ${phantoms}`], failures: phantoms === 0 ? [] : [`${phantoms} values were received whose send was cancelled`] };
    },
  };
}

export const CANCEL_LOADS: readonly Stress[] = [0, 1, 16].map(undelivered);
