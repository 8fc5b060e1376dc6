/**
 * Warnings that Node or the runtime emits while measuring (a task that kept its
 * thread too long) are held back, so that nothing is written during a timed
 * run, and handed over afterwards: each text once.
 */

/** Runs `work`; returns its value and the warnings emitted while it ran. */
export async function withholdingWarnings<T>(work: () => Promise<T>): Promise<{ value: T; warnings: string[] }> {
  const usual = process.listeners("warning");
  const held = new Set<string>();
  const hold = (warning: Error): void => {
    held.add(warning.message);
  };
  process.removeAllListeners("warning");
  process.on("warning", hold);
  try {
    const value = await work();
    return { value, warnings: [...held] };
  } finally {
    process.off("warning", hold);
    for (const listener of usual) process.on("warning", listener);
  }
}
