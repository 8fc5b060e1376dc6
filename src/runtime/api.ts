/** The free functions: the calls of the runtime that is current here. */
import type * as objects from "../sync/objects.ts";
import { current } from "./thread/ambient.ts";
import { makeCalls } from "./make-calls.ts";

const calls = makeCalls(current);

export const { go, spawn, shared, chan, oneshot, select, after, ticker, never, context, group, sleep, yieldNow } = calls;

export const { Mutex, RwLock, Semaphore, WaitGroup, Once, Barrier, Counter } = calls;

// As types, the objects that they make.
export type Mutex = objects.Mutex;
export type RwLock = objects.RwLock;
export type Semaphore = objects.Semaphore;
export type WaitGroup = objects.WaitGroup;
export type Once = objects.Once;
export type Barrier = objects.Barrier;
export type Counter = objects.Counter;
