/**
 * The soak's load, run from the main thread: lanes, pipelines, selects with
 * timers, objects and messages of mixed sizes, and a stream of short tasks of which some throw and some are cancelled.
 * It goes on when a thread dies: what dies with it is counted as reported, and
 * started anew.
 */
import { type Chan, type SharedArray, bytes, i32 } from "../../src/index.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";
import { Jitter } from "../stress/jitter.ts";
import { type Ledger, ROW_WORDS } from "./ledger.ts";
import { addUp, double, fail, freeThere, generate, increment, recvLane, selectTimers, sendLane, waitCancelled } from "./soak-tasks.ts";

const CAPACITIES = [0, 1, 16, 1024];
/** Short tasks a turn of the pace, and its period: some 2,000 a second. */
const TASKS = 20;
const PACE_MS = 10;
const PIPELINE_MS = 100;
const PIPELINE_VALUES = 200;
/** The longest pause between two objects of mixed sizes. */
const MIX_MS = 30;

/** What the load has done, and what it found. */
export interface Counts {
  tasks: number;
  pipelines: number;
  timers: number;
  /** Tasks of lanes that were told to have died: each may leave one value missing. */
  laneDeaths: number;
  /** Other tasks and pipelines that were told to have died with their thread. */
  deaths: number;
  /** Results that were not what they should be. */
  wrong: string[];
}

const isDeath = (error: unknown): boolean => (error as { code?: string }).code === "ERR_THREAD_DIED";

export class Load {
  readonly ledger: Ledger;
  readonly counts: Counts = { tasks: 0, pipelines: 0, timers: 0, laneDeaths: 0, deaths: 0, wrong: [] };
  readonly #rt: OpenRuntime;
  readonly #seed: number;
  readonly #stop: SharedArray<"i32">;
  readonly #running = new Set<Promise<void>>();
  readonly #idle: Chan<number>[] = [];
  #isStopping = false;
  #mixes = 0;

  /** @param lanes long-lived channels of each capacity */
  constructor(rt: OpenRuntime, lanes: number, seed: number) {
    this.#rt = rt;
    this.#seed = seed;
    this.#stop = rt.shared.int32(1);
    this.ledger = rt.shared.float64(lanes * CAPACITIES.length * ROW_WORDS);
    for (let lane = 0; lane < lanes * CAPACITIES.length; lane++) this.#startLane(lane, rt.chan(i32, CAPACITIES[lane % CAPACITIES.length]));
    for (let thread = 0; thread < rt.threads; thread++) this.#startSelects(thread);
    this.#keep(this.#pace(PACE_MS, () => this.#someTasks()));
    this.#keep(this.#pace(PIPELINE_MS, () => this.#keep(this.#pipeline())));
    this.#keep(this.#pace(PIPELINE_MS, () => this.#keep(this.#mixed(++this.#mixes))));
  }

  /** Ends everything and waits until it has ended. Then gives the shared memory back. */
  async end(): Promise<void> {
    this.#isStopping = true;
    this.#stop.array[0] = 1;
    while (this.#running.size > 0) await Promise.all(this.#running);
    for (const c of this.#idle) c.close();
  }

  free(): void {
    this.ledger.free();
    this.#stop.free();
  }

  #keep(work: Promise<void>): void {
    const kept = work.catch((error: unknown) => void this.counts.wrong.push(String(error)));
    this.#running.add(kept);
    void kept.then(() => this.#running.delete(kept));
  }

  async #pace(periodMs: number, act: () => void): Promise<void> {
    while (!this.#isStopping) {
      act();
      await this.#rt.sleep(periodMs);
    }
  }

  /** Starts a task, and again each time its thread dies, until it ends by itself. */
  async #reborn(start: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await start();
      } catch (error) {
        if (!isDeath(error)) throw error;
        this.counts.laneDeaths++;
      }
    }
  }

  #startLane(lane: number, c: Chan<number>): void {
    const { ledger } = this;
    const receiving = this.#reborn(() => this.#rt.spawn(recvLane, c, lane, ledger)).then(() => {
      if (!this.#isStopping) this.counts.wrong.push(`lane ${lane} of capacity ${c.capacity}: its receiver saw an end that nobody made`);
    });
    this.#keep(receiving);
    let born = 0;
    this.#keep(this.#reborn(() => this.#rt.spawn(sendLane, c, lane, ledger, this.#stop, this.#seed + born++)));
  }

  #startSelects(thread: number): void {
    const idle = this.#rt.chan(i32);
    this.#idle.push(idle);
    const run = async (): Promise<void> => {
      while (!this.#isStopping) {
        try {
          this.counts.timers += await this.#rt.spawn(selectTimers, idle, this.#stop, this.#seed, thread);
        } catch (error) {
          if (!isDeath(error)) throw error;
          this.counts.deaths++;
        }
      }
    };
    this.#keep(run());
  }

  #someTasks(): void {
    for (let k = 0; k < TASKS; k++) this.#keep(this.#oneTask(this.counts.tasks++));
  }

  async #oneTask(number: number): Promise<void> {
    const kind = number % 100;
    try {
      if (kind === 0) await this.#failing(number);
      else if (kind === 1) await this.#cancelled();
      else if ((await this.#rt.spawn(double, number)) !== 2 * number) this.counts.wrong.push(`task ${number}: not doubled`);
    } catch (error) {
      if (!isDeath(error)) throw error;
      this.counts.deaths++;
    }
  }

  async #failing(number: number): Promise<void> {
    const outcome = await this.#rt.spawn(fail, number).then(() => "nothing", (error: unknown) => (isDeath(error) ? Promise.reject(error as Error) : String(error)));
    if (outcome !== `RangeError: soak ${number}`) this.counts.wrong.push(`task ${number} should fail: ${outcome}`);
  }

  async #cancelled(): Promise<void> {
    using context = this.#rt.context();
    const waiting = this.#rt.spawn(waitCancelled, context);
    context.cancel();
    if (!(await waiting)) this.counts.wrong.push("a cancelled task was not cancelled");
  }

  /** Arrays and messages of sizes that differ by orders of magnitude, made here and freed in another order, some by other threads. What a thread that is killed had of them is freed here. */
  async #mixed(stream: number): Promise<void> {
    const rt = this.#rt;
    const jitter = new Jitter(this.#seed, stream);
    const size = (): number => 1 + jitter.below(2 ** (2 + jitter.below(16)));
    const messages = rt.chan(bytes, 8);
    const arrays: SharedArray<"u8">[] = [];
    for (let k = 0; k < 8; k++) {
      arrays.push(rt.shared.bytes(size()));
      await messages.send(new Uint8Array(size()));
      await rt.sleep(jitter.below(MIX_MS));
      if (k % 3 !== 2) continue;
      const [array] = arrays.splice(jitter.below(arrays.length), 1);
      await rt.spawn(freeThere, array).catch((error: unknown) => {
        if (!isDeath(error)) throw error;
        array.free();
      });
    }
    for (const array of arrays) array.free();
    while (messages.tryRecv() !== undefined);
    messages.close();
  }

  async #pipeline(): Promise<void> {
    const channels = CAPACITIES.slice(0, 3).map((capacity) => this.#rt.chan(i32, capacity));
    const [a, b, c] = channels;
    const stages = [this.#rt.spawn(generate, a, PIPELINE_VALUES), this.#rt.spawn(increment, a, b), this.#rt.spawn(increment, b, c)];
    const sum = this.#rt.spawn(addUp, c);
    // When one stage has died the others would wait forever: closing the channels ends them.
    const end = (error: unknown): never => {
      for (const each of channels) closeAgain(each);
      throw error;
    };
    const results = await Promise.allSettled([...stages, sum].map((stage) => stage.catch(end)));
    const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    for (const each of channels) drain(each);
    if (errors.some(isDeath)) this.counts.deaths++;
    else if (errors.length > 0) this.counts.wrong.push(`a pipeline: ${String(errors[0])}`);
    else {
      this.counts.pipelines++;
      const expected = (PIPELINE_VALUES * (PIPELINE_VALUES + 1)) / 2 + 2 * PIPELINE_VALUES;
      const measured = await sum;
      if (measured !== expected) this.counts.wrong.push(`a pipeline gave ${measured} instead of ${expected}`);
    }
  }
}

function closeAgain(c: Chan<number>): void {
  try {
    c.close();
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_CHANNEL_CLOSED") throw error;
  }
}

function drain(c: Chan<number>): void {
  while (c.tryRecv() !== undefined);
}
