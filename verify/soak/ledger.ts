/**
 * What the lanes have sent and received, in shared memory, where a thread that is
 * killed leaves it: one row a lane, each word written by one task.
 *
 * A lane is a channel that lives as long as the soak, with one sender and one
 * receiver; its values count up. `tried` is written before a send, `sent` after
 * it, `got` after a receive. So a value that no receiver has noted is missing,
 * and may be so only if a task of that lane has died since: it died between the
 * operation and the note, or with the value in its hands. A value that comes
 * twice, or after a later one, is never right.
 */
import type { SharedArray } from "../../src/index.ts";

export const ROW = { tried: 0, sent: 1, got: 2, missing: 3, wrong: 4 } as const;
export const ROW_WORDS = 5;

export type Ledger = SharedArray<"f64">;

/** Sums of a ledger; `missing` counts gaps, `wrong` what came twice or out of order. */
export interface Sums {
  readonly sent: number;
  readonly got: number;
  readonly missing: number;
  readonly wrong: number;
}

export function sumsOf({ array }: Ledger): Sums {
  const sums = { sent: 0, got: 0, missing: 0, wrong: 0 };
  for (let at = 0; at < array.length; at += ROW_WORDS) {
    sums.sent += array[at + ROW.sent];
    sums.got += array[at + ROW.got] - array[at + ROW.missing];
    sums.missing += array[at + ROW.missing];
    sums.wrong += array[at + ROW.wrong];
  }
  return sums;
}
