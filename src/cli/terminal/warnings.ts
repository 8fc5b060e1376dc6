/** Warnings of Node and the runtime while a program of the talk runs. */

/**
 * Runs `work` without the runtime's warning that a task blocks its thread: the steps of a
 * watched program compute for as long as a person needs to see them, and a piece of work for
 * a node as long as its machine needs. Others stay as they are.
 */
export async function withoutStuckTasks<T>(work: () => Promise<T>): Promise<T> {
  const usual = process.listeners("warning");
  const pass = (warning: Error & { readonly code?: string }): void => {
    if (warning.code !== "WARREN_STUCK_TASK") for (const listener of usual) listener(warning);
  };
  process.removeAllListeners("warning");
  process.on("warning", pass);
  try {
    return await work();
  } finally {
    process.off("warning", pass);
    for (const listener of usual) process.on("warning", listener);
  }
}
