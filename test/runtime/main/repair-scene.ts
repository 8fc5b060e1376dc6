/** A shared object as three threads made by hand see it; the first of them may die. */
import { expect } from "vitest";
import { processor, syncHeader, waiter } from "../../../src/memory/layout.ts";
import { SharedCounter } from "../../../src/sync/counter.ts";
import type { Guard } from "../../../src/sync/guard.ts";
import { repairSyncObject } from "../../../src/sync/kinds.ts";
import type { SharedMutex } from "../../../src/sync/mutex.ts";
import type { SharedObject } from "../../../src/sync/shared-object.ts";
import { isQueued, queueLength } from "../../../src/wait/wait-queue.ts";
import { isClaimedBy, isDone } from "../../../src/wait/waiter-state.ts";
import { stateOf } from "../../wait/deaths.ts";
import { type HandMadeThread, handMadeWorld } from "../../wait/hand-made.ts";
import { expectIndexed } from "../../sync/tasks/indexed.ts";

type SharedClass<T extends SharedObject> = new (...args: ConstructorParameters<typeof SharedMutex>) => T;

/** One object, as main, `victim` and `other` see it; `victim` may die. */
export class Scene<T extends SharedObject> {
  readonly main: HandMadeThread;
  readonly victim: HandMadeThread;
  readonly other: HandMadeThread;
  readonly onMain: T;
  readonly onVictim: T;
  readonly onOther: T;

  constructor(Shared: SharedClass<T> & { make(waiters: HandMadeThread["waiters"], ...args: number[]): number }, ...args: number[]) {
    ({ main: this.main, victim: this.victim, other: this.other } = handMadeWorld(true));
    const at = Shared.make(this.main.waiters, ...args);
    const open = (thread: HandMadeThread): T => new Shared(thread.waiters, at, thread.arena.i32[at + syncHeader.generation]);
    [this.onMain, this.onVictim, this.onOther] = [open(this.main), open(this.victim), open(this.other)];
    // A record in reserve, so that all that dies is the operation.
    for (const thread of [this.main, this.victim, this.other]) thread.waiters.prepare();
  }

  get i32(): Int32Array {
    return this.main.arena.i32;
  }

  word(name: keyof typeof syncHeader): number {
    return this.i32[this.onMain.header + syncHeader[name]];
  }

  /** Runs an operation of the victim, which dies before write `death`; whether it died. */
  die(death: number, operation: () => unknown): boolean {
    return this.victim.die(death, operation);
  }

  /** What the supervisor does. */
  repair(): void {
    expect(repairSyncObject(this.main.waiters, this.onMain.header, 0)).toBe(true);
    this.#expectGrantedInHand();
    for (const thread of [this.main, this.other]) thread.completeGranted();
    this.pump();
  }

  /** What the dead had granted and not completed is what it says it had in hand, and nothing that waits again. */
  #expectGrantedInHand(): void {
    const { i32, main, other } = this;
    const { here } = this.victim.arena;
    const inHand = [i32[here + processor.claiming], i32[here + processor.completing]];
    for (let record = i32[here + processor.claimedFirst]; record !== 0; record = i32[record + waiter.inboxNext]) inHand.push(record);
    for (const thread of [main, other]) {
      for (const { record } of thread.waiters.list()) {
        if (isQueued(i32, record)) expect(isClaimedBy(i32, record, 1)).toBe(false);
        else if (!isDone(i32, record) && isClaimedBy(i32, record, 1)) expect(inHand).toContain(record);
      }
    }
  }

  pump(): void {
    for (const thread of [this.main, this.other, this.main]) thread.pump();
  }

  /** The lock is free, no grant is open, and the queue is as long as it says. */
  expectWhole(waiting: number): void {
    const at = this.onMain.header;
    expect([this.word("lock"), this.word("grantRecord"), this.word("waiting"), queueLength(this.i32, at, syncHeader.waitersFirst)]).toEqual([0, 0, waiting, waiting]);
    if (waiting === 0) expect([this.word("waitersFirst"), this.word("waitersLast"), this.word("root")]).toEqual([0, 0, 0]);
    if (this.onMain instanceof SharedCounter) expectIndexed(this.i32, at);
  }
}
/** Whether a wait has "ended", with whatever value, is "pending", or the code of its error. */
export const endOf = (wait: unknown): Promise<unknown> => stateOf(Promise.resolve(wait).then(() => "ended"));

/** Unlocks what two waits get, one after the other; both must come. */
export async function passOn(s: Scene<SharedObject>, waits: (Guard | Promise<Guard>)[]): Promise<Guard[]> {
  const guards: Guard[] = [];
  for (const wait of waits) {
    expect(await endOf(wait)).toBe("ended");
    const guard = await wait;
    guards.push(guard);
    guard.unlock();
    s.pump();
  }
  return guards;
}
