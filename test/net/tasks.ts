/** Tasks that tests serve to other nodes. */
import { task } from "../../src/index.ts";

export const double = task(import.meta, async function double(value: number): Promise<number> {
  return 2 * value;
});
