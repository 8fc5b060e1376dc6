import fc from "fast-check";
import type { Trace, TraceEvent } from "../../../src/index.ts";

/** Events that no runtime would record: some were lost, or a thread died. */
export const senselessTraces: fc.Arbitrary<Trace> = fc.array(
  fc.record({ kind: fc.constantFrom("spawn", "start", "end", "park", "wake", "ready", "resume", "yield", "hop", "foreign", "outside", "turn", "idle", "steal", "mark"), thread: fc.nat(2), task: fc.nat(5), wait: fc.nat(3), gap: fc.nat(20) }),
  { maxLength: 120 },
).map((raw) => {
  let ns = 1000;
  const events = raw.map(({ kind, thread, task, wait, gap }) => {
    ns += gap;
    return { kind, thread, task, wait, timeNs: ns, child: task + 1, to: wait, name: `t${task}`, n: wait, hop: wait, sinceNs: ns - 30, busyNs: 4 * wait, reason: "receive", failed: false, from: 0, count: 1 } as unknown as TraceEvent;
  });
  return { threads: 2, startNs: 1000, endNs: ns + 10, events, lost: [3, 0, 0], completeFromNs: 1000 };
});
