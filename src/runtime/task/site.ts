/**
 * Where tasks are started and where they wait, for errors and reports. A stack trace costs
 * microseconds, so each thread has an allowance: a program with a few hundred tasks
 * gets every site, and a program that starts a million tasks per second does not
 * pay for a million stack traces.
 */
import { OWN_FILES, OWN_FOLDER, performance } from "../../host.ts";

const MOST = 512;
const PER_SECOND = 200;

/** Not under --frozen-intrinsics. */
const canLimit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit")?.writable === true;

/** While the allowance is used up, the clock is read once in a turn, and at every so many tasks in it. */
const CLOCK_EVERY = 16;

let allowance = MOST;
let refilledMs = 0;
let refusedInMs = -1;
let refused = 0;

/** The stack of the caller outside warren's own files, indented, or `undefined` if the allowance is used up. @param turnMs when the thread's turn began */
export function captureSite(turnMs: number): string | undefined {
  if (allowance < 1) {
    if (turnMs === refusedInMs && ++refused % CLOCK_EVERY !== 0) return undefined;
    refusedInMs = turnMs;
    const nowMs = performance.now();
    allowance = Math.min(MOST, ((nowMs - refilledMs) / 1000) * PER_SECOND);
    if (allowance < 1) return undefined;
    refilledMs = nowMs;
  }
  allowance--;
  return framesHere();
}

/** As `captureSite`, without an allowance. Frames of functions that await are included. */
export function framesHere(): string | undefined {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  if (canLimit) Error.stackTraceLimit = 12;
  Error.captureStackTrace(holder, framesHere);
  if (canLimit) Error.stackTraceLimit = limit;
  const frames = String(holder.stack).split("\n").slice(1).filter(isProgram).slice(0, 6);
  return frames.length === 0 ? undefined : frames.join("\n").replaceAll("    at async ", "    at ");
}

/** Whether a frame is in a file of the program. A frame without a file is one of V8's own: `new Promise`, `Promise.all`. */
function isProgram(frame: string): boolean {
  return frame.includes(":") && !frame.includes(OWN_FILES) && !frame.includes(OWN_FOLDER) && !/[ (]node:|\/node_modules\/@nats-io\//.test(frame);
}

/** One line of a site, for tables. */
export function firstLine(site: string | undefined): string {
  return site?.split("\n", 1)[0].trim() ?? "(not recorded)";
}
