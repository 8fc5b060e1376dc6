/** Modules differ by thread here: what registers on the main thread does not in the pool. */
import { isMainThread } from "node:worker_threads";
import { task } from "../../../src/index.ts";

async function hidden(): Promise<string> {
  return "never runs";
}

/** Registered on the main thread only. */
export const onlyOnMain = isMainThread ? task(import.meta, hidden) : hidden;
