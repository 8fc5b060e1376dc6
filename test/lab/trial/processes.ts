/** Processes as Linux lists them. */
import { readdir, readFile } from "node:fs/promises";

/** The processes that `pid` has started and that run. */
export async function childrenOf(pid: number): Promise<number[]> {
  const found = await Promise.all((await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(async (name) => ((await parentOf(Number(name))) === pid ? [Number(name)] : [])));
  return found.flat();
}

/** Whether it runs: one that nobody has taken the exit code of does not. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await parentOf(pid)) !== null;
}

async function parentOf(pid: number): Promise<number | null> {
  try {
    // pid (name) state parent …; the name may have blanks and brackets
    const [state, parent] = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /s, "").split(" ");
    return state === "Z" || state === "X" ? null : Number(parent);
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}
