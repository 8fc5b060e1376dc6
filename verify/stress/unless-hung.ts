/** A deadline for what may hang, with a list of who waits for what. */
import type { OpenRuntime } from "../../src/runtime/runtime.ts";

const MOST_LISTED = 30;

/** What `work` gives, or an error with all waiting operations after `deadlineMs`. */
export async function unlessHung<T>(rt: OpenRuntime, deadlineMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = Promise.withResolvers<"hung">();
  const timer = setTimeout(() => deadline.resolve("hung"), deadlineMs);
  try {
    const done = work();
    if ((await Promise.race([done, deadline.promise])) !== "hung") return await done;
    done.catch(() => undefined);
  } finally {
    clearTimeout(timer);
  }
  const { threads } = await rt.dump();
  const waits = threads.flatMap(({ thread, parked }) => parked.map(({ task, taskId, reason, on, parkedMs }) => `    ${task} #${taskId} on thread ${thread}: ${reason} ${on} for ${parkedMs} ms`));
  const tasks = threads.map(({ thread, tasks, unlisted, isQuiet }) => `    thread ${thread}: ${tasks.length} tasks, ${unlisted.length} kinds of others, ${isQuiet ? "quiet" : "busy"}`);
  throw new Error(`hangs for ${deadlineMs / 1000} s\n${[...tasks, ...waits.slice(0, MOST_LISTED)].join("\n")}`);
}
