/**
 * Seeded defects: one text of the source replaced each. The explorer must find
 * every one of them; one whose text is no longer there fails the test.
 */
export interface Mutant {
  readonly name: string;
  readonly path: string;
  /** Occurs once in the file. */
  readonly replace: string;
  readonly by: string;
  /** The scenario that finds it. */
  readonly scenario: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "unlock-recv-first",
    // The defect of docs/decisions.md, "Both locks are given back senders first".
    path: "src/channel/array.ts",
    replace: "unlockWord(i32, at + header.send, send);\n    i32[at + header.tailSeen] = positionOf(send);\n    unlockWord(i32, at + header.recv, recv);",
    by: "i32[at + header.tailSeen] = positionOf(send);\n    unlockWord(i32, at + header.recv, recv);\n    unlockWord(i32, at + header.send, send);",
    scenario: "chan.array tryRecv beside recv cap1",
  },
  {
    name: "tail-seen-stale",
    path: "src/channel/array.ts",
    replace: "i32[at + header.tailSeen] = positionOf(send);",
    by: "",
    scenario: "chan.array 1P2C cap1",
  },
  {
    name: "complete-before-copy",
    path: "src/channel/rendezvous.ts",
    replace: "this.copy(at, this.waiters.valueAt(receiver));",
    by: "this.waiters.flush();\n    this.copy(at, this.waiters.valueAt(receiver));",
    scenario: "chan.rendezvous 1P1C cap0",
  },
  {
    name: "wait-queued-after-unlock",
    path: "src/channel/channel.ts",
    replace: "this.enqueueLocked(RECEIVERS, wait.record);\n      this.unlock();",
    by: "this.unlock();\n      this.enqueueLocked(RECEIVERS, wait.record);",
    scenario: "chan.rendezvous 1P1C cap0",
  },
];
