/**
 * Runs one random program and judges it.
 *
 * What must hold, for every interleaving (`sent`: the send resolved or returned):
 *
 *   each value is received at most once; one that was refused, never
 *   each value that was sent is received, or was in the hands of a receiver that died
 *   values of one sender reach one receiver of a channel in order
 *   nobody is inside a lock with another; plain counts under it equal atomic ones
 *   a group gives each child's result, or the first failure
 *   every actor ends, and nothing is left in the runtime
 */
import { type Chan, type Leftovers, type Runtime, WarrenError, assertQuiet } from "../../src/index.ts";
import { Receipts, type Stage, act, perform } from "./actor.ts";
import { ACTOR_CELLS, FATE, actorCell, lockAt, lockCell, LOCK_CELLS } from "./ledger.ts";
import { type ActorPlan, type Plan } from "./plan.ts";
import { TYPE } from "./values.ts";

export interface Judged {
  readonly wrong: readonly string[];
  readonly values: number;
  readonly deaths: number;
}

const POLL_MS = 2;

/** @param since what earlier programs have left: contexts of groups whose thread died */
export async function runProgram(rt: Runtime, plan: Plan, since: Leftovers): Promise<Judged> {
  const wrong: string[] = [];
  const { actors, locks, channels, senders } = plan;
  const stage: Stage = {
    fates: rt.shared.bytes(senders.length + 1),
    received: rt.shared.bytes(senders.length + 1),
    cells: rt.shared.int32(actors.length * ACTOR_CELLS + locks.length * LOCK_CELLS),
    channels: channels.map(({ type, capacity }) => rt.chan(TYPE[type], capacity)),
    locks: locks.map((kind) => (kind === "mutex" ? new rt.Mutex() : kind === "rwlock" ? new rt.RwLock() : new rt.Semaphore(plan.permits))),
    contexts: Array.from({ length: plan.contexts }, () => rt.context()),
  };
  const start = ({ number, place }: ActorPlan): Promise<string[]> => {
    if (place === "main") return rt.spawn(() => perform(plan, stage, number));
    return place === "any" ? rt.spawn(act, plan, stage, number) : rt.spawn.on(place)(act, plan, stage, number);
  };
  let left = actors.length;
  let deaths = 0;
  const dead: number[] = [];
  const ends = actors.map(async (actor) => {
    try {
      wrong.push(...(await start(actor)));
    } catch (error) {
      if (!plan.hasDeaths || !(error instanceof WarrenError) || error.code !== "ERR_THREAD_DIED") return void wrong.push(`actor ${actor.number} failed: ${error instanceof Error ? error.stack : String(error)}`);
      deaths++;
      dead.push(actor.number);
    } finally {
      left--;
    }
  });
  await rt.sleep(plan.drainAfterMs);
  const receipts = new Receipts(plan, stage, wrong);
  const drains = stage.channels.map((ch, channel) => drain(ch, channel, receipts));
  // Receivers wait for as long as their channels are open: once nothing moves, they are closed.
  for (let [before, still] = ["", 0]; left > 0 && still < 3; ) {
    await rt.sleep(POLL_MS);
    const now = `${stage.cells.array.join()} ${stage.received.array.reduce((sum, times) => sum + times, 0)}`;
    still = now === before ? still + 1 : 0;
    before = now;
  }
  for (const ch of stage.channels) close(ch);
  await Promise.all([...ends, ...drains]);

  const hands = dead.reduce((sum, number) => sum + (stage.cells.array[number * ACTOR_CELLS + actorCell.hands] as number), 0);
  let lost = 0;
  for (let number = 0; number < senders.length; number++) {
    const [fate, times] = [stage.fates.array[number], stage.received.array[number]];
    if (times > 1) wrong.push(`value ${number} was received ${times} times`);
    if (times > 0 && (fate === FATE.none || fate === FATE.refused)) wrong.push(`value ${number} was received, and ${fate === FATE.none ? "never sent" : "its send failed"}`);
    if (times === 0 && fate === FATE.sent) lost++;
    if (fate === FATE.tried && !plan.hasDeaths) wrong.push(`the send of value ${number} never ended`);
  }
  if (lost > hands) wrong.push(`${lost} values were lost, with ${hands} in the hands of receivers that died`);
  for (const [lock, kind] of locks.entries()) {
    const [inside, readers, plain, exact] = [lockCell.inside, lockCell.readers, lockCell.plain, lockCell.exact].map((cell) => stage.cells.array[lockAt(actors.length, lock, cell)] as number);
    if (Math.abs(plain - exact) > deaths) wrong.push(`lock ${lock} (${kind}): ${plain} counted plainly, ${exact} atomically`);
    if (!plan.hasDeaths && inside + readers !== 0) wrong.push(`lock ${lock} (${kind}): ${inside + readers} are left inside`);
  }
  for (const object of [...stage.locks, stage.fates, stage.received, stage.cells, ...stage.contexts]) object[Symbol.dispose]();
  // What only a dead thread knew stays until the runtime stops: docs/reliability.md.
  if (deaths === 0) await assertQuiet(rt, { since }).catch((error: unknown) => wrong.push(String(error)));
  return { wrong, values: senders.length, deaths };
}

async function drain(ch: Chan<unknown>, channel: number, receipts: Receipts): Promise<void> {
  for await (const value of ch) receipts.take(channel, value);
}

function close(ch: Chan<unknown>): void {
  try {
    ch.close();
  } catch (error) {
    if (!(error instanceof WarrenError) || error.code !== "ERR_CHANNEL_CLOSED") throw error;
  }
}
