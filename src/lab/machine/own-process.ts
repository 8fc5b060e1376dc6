/**
 * A measurement in a Node process of its own: what a process has taken from the
 * system it keeps, so memory is measured in a fresh one, and a full collection
 * can be asked for only where Node was started with --expose-gc.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const MOST_BYTES = 16 * 2 ** 20;

/**
 * Runs a module with `input` as its argument, in JSON; what it prints, as JSON,
 * is the result. The module must be trusted: nothing of it is checked.
 *
 * @throws what the process wrote to standard error, if it fails
 */
export async function inOwnProcess<T>(module: URL, flags: readonly string[], input: unknown): Promise<T> {
  try {
    const { stdout } = await execute(process.execPath, [...flags, fileURLToPath(module), JSON.stringify(input)], { maxBuffer: MOST_BYTES });
    return JSON.parse(stdout) as T;
  } catch (error) {
    const { code, signal, stderr } = error as { code?: unknown; signal?: string | null; stderr?: string };
    const how = typeof signal === "string" ? `was ended by ${signal}` : `failed with ${String(code)}`;
    throw new Error(`the measuring process ${how}${stderr ? `: ${stderr.trim()}` : ""}`, { cause: error });
  }
}
