/** The main function of a thread: attaches to shared memory, makes the thread's side of the runtime, and answers the control plane. */
import { type MessagePort, threadId } from "node:worker_threads";
import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { Arena } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";
import { enterThread } from "./ambient.ts";
import type { ThreadControl } from "./control.ts";
import { orderLines, warnMain } from "./lines.ts";
import { ThreadSide } from "./side.ts";
import { activeResources, reportThread, viewThread } from "./report.ts";
import { Sources } from "./sources.ts";
import { ownTimes, systemThreadId } from "./times.ts";

/** What the pool passes to a thread when it starts. */
export interface ThreadStart {
  readonly memory: WebAssembly.Memory;
  readonly index: number;
  readonly cores: number;
  readonly port: MessagePort;
  /** The runtime is that of a `run` program. */
  readonly isClosed: boolean;
  /** What the thread prints goes here. */
  readonly lines: MessagePort;
  /** The thread's ring if there is a trace, or 0. */
  readonly ring: number;
}

/** Starts the processor of this thread. Resolves when the main thread knows that the thread is ready; the processor continues. */
export async function serve({ memory, index, cores, port, lines, isClosed, ring }: ThreadStart): Promise<void> {
  const arena = Arena.attach(memory, index);
  arena.i32[arena.here + processor.systemId] = systemThreadId();
  const side: ThreadSide = new ThreadSide({ arena, cores, onFault: (error) => side.tasks.faults.send(error), onWarning: (...warning) => warnMain(lines, warning) });
  enterThread(side);
  const flushLines = orderLines(arena, lines);
  if (ring !== 0) side.trace(ring);
  const control: ThreadControl = {
    report: () => reportThread(side, baseline),
    view: () => viewThread(side, baseline),
    settle: async (collect) => sources?.settle(collect),
    look: () => sources?.look(),
    times: ownTimes,
    tidy: () => side.tidy(),
    trace: (at) => side.trace(at),
    endTrace: () => side.endTrace(),
    died: ({ aftermath, why, cause }) => side.died(aftermath, why, cause),
    starts: () => side.starts(),
    close: async () => {
      side.processor.close();
      await flushLines();
    },
  };
  // The main thread destroys the pool only after each thread is ready and has answered.
  const met = new Promise<void>((resolve) => port.once("message", () => resolve()));
  // As a listener of Node's kind: for one of the web's kind Node would first load undici, for its class MessageEvent (25 ms).
  expose(control, nodeEndpoint(port));
  // Before the first turn of the processor, because a task may start before main's answer arrives.
  const baseline = activeResources();
  const sources = isClosed ? new Sources() : undefined;
  port.postMessage(threadId);
  await met;
}
