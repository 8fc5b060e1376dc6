/**
 * What the models are run with. The quick configurations are for every commit,
 * the full ones take minutes. Each mutant of a model (the table at its head) is
 * run with the smallest configuration known to show it, all in the quick set.
 */

export type ModelName = "chan" | "rendezvous" | "sleep";

/** Parameters of a model, by the names that it reads from its environment. */
export type Parameters = Readonly<Record<string, number>>;

export interface Configuration {
  readonly model: ModelName;
  readonly name: string;
  readonly parameters: Parameters;
  /** Checks `<> all have ended` under weak fairness instead of assertions and end states. */
  readonly liveness?: true;
  readonly full?: true;
}

export const CONFIGURATIONS: readonly Configuration[] = [
  { model: "chan", name: "1P1C cap2 3 values close", parameters: { P: 1, C: 1, K: 3, N: 2, EARLY: 1 } },
  { model: "chan", name: "1P1C cap3 5 values", parameters: { P: 1, C: 1, K: 5, N: 3 } },
  { model: "chan", name: "1P2C cap1 close", parameters: { P: 1, C: 2, K: 1, EARLY: 1 } },
  { model: "chan", name: "2P1C cap1 2 values each", parameters: { P: 2, C: 1 } },
  { model: "chan", name: "1P2C cap1 2 values", parameters: { P: 1, C: 2 } },
  { model: "chan", name: "2P1C cap1 close, a send cancelled", parameters: { P: 2, C: 1, K: 1, EARLY: 1, CANCELS: 1 } },
  { model: "chan", name: "1P2C cap1 a receive cancelled", parameters: { P: 1, C: 2, K: 1, CANCELS: 2 } },
  { model: "chan", name: "1P1C cap1 two closers", parameters: { P: 1, C: 1, K: 1, EARLY: 1, CLOSERS: 2 } },
  { model: "chan", name: "2P1C oneshot close", parameters: { P: 2, C: 1, K: 1, EARLY: 1, ONESHOT: 1 } },
  { model: "chan", name: "1P1C cap1 close, header used again", parameters: { P: 1, C: 1, K: 1, EARLY: 1, REUSE: 1 } },
  { model: "chan", name: "2P1C cap2 in batches", parameters: { P: 2, C: 1, N: 2, BATCH: 1 } },
  { model: "chan", name: "1P1C cap1 close: all end", parameters: { P: 1, C: 1, EARLY: 1 }, liveness: true },
  { model: "chan", name: "1P2C cap1 2 values close", parameters: { P: 1, C: 2, EARLY: 1 }, full: true },
  { model: "chan", name: "2P1C cap1 2 values each, close", parameters: { P: 2, C: 1, EARLY: 1 }, full: true },
  { model: "chan", name: "2P2C cap1 close", parameters: { P: 2, C: 2, K: 1, EARLY: 1 }, full: true },
  { model: "chan", name: "1P1C cap1 close, two closers, a receive cancelled", parameters: { P: 1, C: 1, EARLY: 1, CLOSERS: 2, CANCELS: 2 }, full: true },
  { model: "chan", name: "2P1C cap1 in batches", parameters: { P: 2, C: 1, BATCH: 1 }, full: true },
  { model: "chan", name: "2P1C cap1 close: all end", parameters: { P: 2, C: 1, K: 1, EARLY: 1 }, liveness: true, full: true },
  { model: "chan", name: "1P2C cap1 close: all end", parameters: { P: 1, C: 2, K: 1, EARLY: 1 }, liveness: true, full: true },
  { model: "rendezvous", name: "1P1C 3 values close", parameters: { P: 1, C: 1, K: 3, EARLY: 1 } },
  { model: "rendezvous", name: "2P1C 2 values each", parameters: { P: 2, C: 1 } },
  { model: "rendezvous", name: "1P2C close, a receive cancelled", parameters: { P: 1, C: 2, K: 1, EARLY: 1, CANCELS: 2 } },
  { model: "rendezvous", name: "2P1C close, a send cancelled", parameters: { P: 2, C: 1, K: 1, EARLY: 1, CANCELS: 1 } },
  { model: "rendezvous", name: "1P1C close: all end", parameters: { P: 1, C: 1, EARLY: 1 }, liveness: true },
  { model: "rendezvous", name: "2P2C close", parameters: { P: 2, C: 2, K: 1, EARLY: 1 }, full: true },
  { model: "rendezvous", name: "2P1C close: all end", parameters: { P: 2, C: 1, K: 1, EARLY: 1 }, liveness: true, full: true },
  { model: "sleep", name: "1 thread 2 tasks", parameters: { T: 1, LEAVES: 2 } },
  { model: "sleep", name: "1 thread 1 task, a timer", parameters: { T: 1, EVENTS: 1 } },
  { model: "sleep", name: "2 threads 2 tasks, one may be stolen", parameters: { T: 2, QUEUED: 1 } },
  { model: "sleep", name: "1 thread 1 task, a timer: all end", parameters: { T: 1, EVENTS: 1 }, liveness: true },
  { model: "sleep", name: "2 threads 2 tasks", parameters: { T: 2, LEAVES: 2 }, full: true },
  { model: "sleep", name: "2 threads, a task that starts another on the other", parameters: { T: 2, RELAYS: 1 }, full: true },
  { model: "sleep", name: "2 threads 1 task, a timer that starts another", parameters: { T: 2, EVENTS: 1 }, full: true },
  { model: "sleep", name: "2 threads 1 task: all end", parameters: { T: 2 }, liveness: true, full: true },
];

/** Where a mutant does not show in the first of these, the one that shows it. */
const FIRST: Readonly<Record<ModelName, Parameters>> = { chan: { P: 1, C: 1, EARLY: 1 }, rendezvous: { P: 1, C: 1, EARLY: 1 }, sleep: { T: 1 } };

const SHOWN_BY: Readonly<Record<string, Parameters>> = {
  "chan UNLOCK_RECV_FIRST": { P: 1, C: 2 },
  "chan CLOSE_WAKES_ONE": { P: 1, C: 2, K: 1 },
  "chan LEAVE_SENDER": { P: 2, C: 1 },
  "chan NO_GENERATION": { P: 1, C: 1, K: 1, EARLY: 1, REUSE: 1 },
  "chan WITHDRAW_FIRST": { P: 1, C: 2, K: 1, CANCELS: 2 },
  "chan WITHDRAW_BLIND": { P: 1, C: 1, EARLY: 1, CANCELS: 1 },
  "chan NO_CLAMP": { P: 2, C: 1, BATCH: 1 },
  "chan CLOSE_UNCHECKED": { P: 1, C: 1, K: 1, EARLY: 1, CLOSERS: 2 },
  "rendezvous CLOSE_WAKES_ONE": { P: 1, C: 2, K: 1 },
  "rendezvous WITHDRAW_FIRST": { P: 1, C: 2, K: 1, EARLY: 1, CANCELS: 2 },
  "rendezvous WITHDRAW_BLIND": { P: 1, C: 2, K: 1, EARLY: 1, CANCELS: 2 },
  "sleep ENDED_SILENT": { T: 1, EVENTS: 1 },
  "sleep QUEUE_UNSEEN": { T: 1, LEAVES: 0, QUEUED: 2 },
};

/** The configuration in which a mutant must be found. */
export function parametersFor(model: ModelName, mutant: string): Parameters {
  return SHOWN_BY[`${model} ${mutant}`] ?? FIRST[model];
}
