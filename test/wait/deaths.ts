/** An operation that dies before each of its writes in turn; what the waits of the living come to. */
import { expect } from "vitest";

/** Writes of an operation that survives: fewer means that it did nothing, more that it never ends. */
export interface Writes {
  readonly least?: number;
  readonly most?: number;
}

/** Runs `scene`, which says whether its victim died, with a death before the first write, the second, … until the victim's operation survives. */
export async function dieEverywhere(scene: (death: number) => Promise<boolean> | boolean, { least = 3, most = 200 }: Writes = {}): Promise<void> {
  for (let death = 0; ; death++) {
    expect(death).toBeLessThan(most);
    if (!(await scene(death))) {
      expect(death, "the operation writes").toBeGreaterThan(least);
      return;
    }
  }
}

/** What a promise has come to, after all microtasks: its value, the code of its error, or "pending". */
export async function stateOf(promise: unknown): Promise<unknown> {
  let state: unknown = "pending";
  void Promise.resolve(promise).then(
    (value) => (state = value),
    (error: { code?: string }) => (state = error.code ?? error),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return state;
}
