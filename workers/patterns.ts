/**
 * Patterns: the idioms of the talk and of later Go talks. Each is a small program with
 * a value that shows that it works.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { chatRoulette } from "./patterns/chat-roulette.ts";
 *
 * const checks = await run(chatRoulette, { threads: 2 });
 * ```
 */
import { composition, daemonCopy, timer, twoWaySelect } from "./patterns/basics.ts";
import { chatRoulette } from "./patterns/chat-roulette.ts";
import type { PatternCheck, PatternOptions } from "./patterns/check.ts";
import { boundedBufferOnce, dining, skynetSum, threadRing } from "./patterns/classics.ts";
import { boundedParallelism } from "./patterns/digests.ts";
import { fanInOneSelect, fanInTasks } from "./patterns/fan-in.ts";
import { fanOut } from "./patterns/fan-out.ts";
import { generator } from "./patterns/generator.ts";
import { leakyBuffer } from "./patterns/leaky-buffer.ts";
import { pingPong, pingPongWithoutBall } from "./patterns/ping-pong.ts";
import { quit, roundTripQuit } from "./patterns/quit.ts";
import { restoreSequence } from "./patterns/restore-sequence.ts";
import { subscription } from "./patterns/subscription.ts";
import { timeoutForTheTalk, timeoutPerMessage } from "./patterns/timeouts.ts";

export type { PatternCheck, PatternOptions };

/** A pattern: a task that runs it and returns its checks. */
export interface Pattern {
  readonly name: string;
  /** What it shows, in a few words. */
  readonly shows: string;
  readonly run: (options: PatternOptions) => Promise<PatternCheck[]>;
  /** It never ends: it shows the deadlock report. */
  readonly deadlocks?: true;
}

export const PATTERNS: readonly Pattern[] = [
  { name: "generator", shows: "a function that returns a channel", run: generator },
  { name: "fan-in", shows: "the input that is ready talks: a task for each input", run: fanInTasks },
  { name: "fan-in-select", shows: "the same with one select", run: fanInOneSelect },
  { name: "fan-out", shows: "several tasks read one channel, and merge", run: fanOut },
  { name: "restore-sequence", shows: "a channel inside a message", run: restoreSequence },
  { name: "timeout", shows: "a timer for each message", run: timeoutPerMessage },
  { name: "timeout-talk", shows: "a timer for the whole talk", run: timeoutForTheTalk },
  { name: "quit", shows: "a receiver stops the sender", run: quit },
  { name: "round-trip-quit", shows: "the sender tidies up and answers", run: roundTripQuit },
  { name: "bounded-parallelism", shows: "digests of a tree: serial, unbounded, twenty digesters", run: boundedParallelism },
  { name: "subscription", shows: "a loop whose select disables cases", run: subscription },
  { name: "ping-pong", shows: "two players and a ball", run: pingPong },
  { name: "ping-pong-no-ball", shows: "no ball is thrown in: the deadlock report", run: pingPongWithoutBall, deadlocks: true },
  { name: "leaky-buffer", shows: "a free list that may drop", run: leakyBuffer },
  { name: "chat-roulette", shows: "send and receive on one channel in one select", run: chatRoulette },
  { name: "timer", shows: "a timer is a channel", run: timer },
  { name: "select", shows: "both ready: either; none ready: the default", run: twoWaySelect },
  { name: "daemon-copy", shows: "a closure that copies", run: daemonCopy },
  { name: "compose", shows: "functions made of functions", run: composition },
  { name: "ring", shows: "the thread ring of 503 tasks", run: threadRing },
  { name: "skynet", shows: "a task starts ten, each ten more", run: skynetSum },
  { name: "philosophers", shows: "five forks and a room of four", run: dining },
  { name: "bounded-buffer", shows: "producers and consumers", run: boundedBufferOnce },
];
