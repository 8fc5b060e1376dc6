/** A program on warren: a task for each thread (more where parts wait for files) takes numbers of parts from a channel. */
import { type Receiver, chan, i32, spawn, task } from "../../src/index.ts";
import { type Input, type State, type Work, WORK, emptyState, merge } from "./work.ts";

/** Does nothing: afterwards its thread has loaded this module. */
export const load = task(import.meta, async function load() {});

const worker = task(import.meta, async function worker(program: string, input: Input, jobs: Receiver<number>) {
  const work = WORK[program] as Work;
  const state = emptyState();
  for await (const part of jobs) {
    const waiting = work.part(state, input, part);
    if (waiting !== undefined) await waiting;
  }
  return state;
});

export const whole = task(import.meta, async function whole(program: string, input: Input, threads: number): Promise<State> {
  const work = WORK[program] as Work;
  // Room for what the other threads do while this one computes for a time slice.
  const jobs = chan(i32, 256);
  const workers = Array.from({ length: threads * (work.overlap ?? 1) }, () => spawn(worker, program, input, jobs));
  for (let part = 0; part < work.parts(input); part++) await jobs.send(part);
  jobs.close();
  const state = emptyState();
  for (const its of await Promise.all(workers)) merge(state, its);
  return state;
});
