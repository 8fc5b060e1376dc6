/**
 * Finds accesses to one word that nothing orders, at least one of them plain: a
 * bug, or a hint that must be a step of its own (plain.ts), because the explorer
 * switches threads at steps only. Without such races it has left nothing out:
 * plain accesses see the same in every order of the steps between them.
 *
 * Vector clocks: an atomic read learns what the writer knew, and so does
 * everything after it (ECMA-262, synchronizes-with). A plain access that counts
 * as a step orders nothing, and is compared with plain ones only.
 *
 * Source: Flanagan and Freund 2009 (FastTrack), without its compression.
 */
import { placeOf, sites } from "./rewriting/sites.ts";

/** Most threads of a world. */
const THREADS = 4;

let epoch = 0;
let epochs = new Int32Array(0);
/** By word and thread: the thread's clock at its last access of a sort, and where that was. */
let plainReads = new Int32Array(0);
let plainWrites = new Int32Array(0);
let stepReads = new Int32Array(0);
let stepWrites = new Int32Array(0);
let readSites = new Int32Array(0);
let writeSites = new Int32Array(0);
/** By word: what a thread that reads its value learns. */
let released = new Int32Array(0);
/** By thread: its clock, and what it knows of the others'. */
const clocks = new Int32Array(THREADS * THREADS);

/** Begins anew, for a memory of `words` words. */
export function forget(words: number): void {
  if (epochs.length < words) {
    epochs = new Int32Array(words);
    [plainReads, plainWrites, stepReads, stepWrites, readSites, writeSites, released] = Array.from({ length: 7 }, () => new Int32Array(words * THREADS));
  }
  epoch++;
  found = undefined;
  clocks.fill(0);
  for (let t = 0; t < THREADS; t++) clocks[t * THREADS + t] = 1;
}

let found: Error | undefined;

/** The first race of this schedule, even if the program has caught the error. */
export function race(): Error | undefined {
  return found;
}

/** Two accesses that nothing orders. */
function refuse(first: number, second: number, at: number): never {
  found ??= new Error(`nothing orders two accesses of word ${at}: ${[first, second].map((site) => `${placeOf(site)}: ${sites[site].text}`).join(", and ")} (a hint that is meant to race belongs into plain.ts)`);
  throw found;
}

function meet(at: number): number {
  const from = at * THREADS;
  if (epochs[at] !== epoch) {
    epochs[at] = epoch;
    for (let k = from; k < from + THREADS; k++) plainReads[k] = plainWrites[k] = stepReads[k] = stepWrites[k] = released[k] = 0;
  }
  return from;
}

/** Whether all accesses noted in `accesses` come before what `thread` does now. */
function check(accesses: Int32Array, places: Int32Array, from: number, thread: number, site: number): void {
  const own = thread * THREADS;
  for (let t = 0; t < THREADS; t++) if (accesses[from + t] > clocks[own + t]) refuse(places[from + t], site, from / THREADS);
}

export function plainRead(thread: number, site: number, at: number): void {
  const from = meet(at);
  check(plainWrites, writeSites, from, thread, site);
  check(stepWrites, writeSites, from, thread, site);
  plainReads[from + thread] = clocks[thread * THREADS + thread];
  readSites[from + thread] = site;
}

export function plainWrite(thread: number, site: number, at: number): void {
  const from = meet(at);
  check(plainWrites, writeSites, from, thread, site);
  check(stepWrites, writeSites, from, thread, site);
  check(plainReads, readSites, from, thread, site);
  check(stepReads, readSites, from, thread, site);
  plainWrites[from + thread] = clocks[thread * THREADS + thread];
  writeSites[from + thread] = site;
}

/** A read that is a step; it learns what the writer knew if it is atomic. Without `isWatched` it may race. */
export function stepRead(thread: number, site: number, at: number, isAtomic: boolean, isWatched: boolean): void {
  const from = meet(at);
  if (isAtomic) learn(from, thread);
  if (!isWatched) return;
  check(plainWrites, writeSites, from, thread, site);
  stepReads[from + thread] = clocks[thread * THREADS + thread];
  readSites[from + thread] = site;
}

/** A write that is a step; an atomic one hands on what its thread knows, and what it read if it reads, too. */
export function stepWrite(thread: number, site: number, at: number, isAtomic: boolean, reads: boolean, isWatched: boolean): void {
  const from = meet(at);
  const own = thread * THREADS;
  if (isAtomic && reads) learn(from, thread);
  if (isWatched) {
    check(plainWrites, writeSites, from, thread, site);
    check(plainReads, readSites, from, thread, site);
    stepWrites[from + thread] = clocks[own + thread];
    writeSites[from + thread] = site;
  }
  if (!isAtomic) {
    for (let t = 0; t < THREADS; t++) released[from + t] = 0;
    return;
  }
  for (let t = 0; t < THREADS; t++) released[from + t] = clocks[own + t];
  clocks[own + thread]++;
}

/** Thread `to` learns what thread `from` knows. */
export function inherit(to: number, from: number): void {
  for (let t = 0; t < THREADS; t++) clocks[to * THREADS + t] = Math.max(clocks[to * THREADS + t], clocks[from * THREADS + t]);
  clocks[from * THREADS + from]++;
}

function learn(from: number, thread: number): void {
  const own = thread * THREADS;
  for (let t = 0; t < THREADS; t++) if (released[from + t] > clocks[own + t]) clocks[own + t] = released[from + t];
}
