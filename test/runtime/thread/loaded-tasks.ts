import { task } from "../../../src/index.ts";

/** What Node has loaded of its own on this thread. */
export const builtins = task(import.meta, async function builtins() {
  return (process as unknown as { moduleLoadList: string[] }).moduleLoadList;
});
