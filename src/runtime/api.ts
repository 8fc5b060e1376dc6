/** The free functions: the calls of the runtime that is current here. */
import { current } from "./ambient.ts";
import { makeCalls } from "./make-calls.ts";

export const { go, spawn, shared, chan, oneshot, select, after, ticker, never, sleep, yieldNow } = makeCalls(current);
