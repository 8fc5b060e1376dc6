/** A runtime for tests of groups: after each, nothing is left and no rejection was unhandled. */
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type Group, start } from "../../../src/index.ts";
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";
import { quiet } from "../../channel/tasks/world.ts";
import { thrown } from "../until.ts";

/** Starts it before the tests of a file, and stops it after them; call the result for it. */
export function groupRuntime(): () => OpenRuntime {
  let rt: OpenRuntime;
  const unhandled: unknown[] = [];
  const note = (error: unknown): unknown => unhandled.push(error);
  beforeAll(async () => {
    process.on("unhandledRejection", note);
    rt = (await start({ threads: 2 })) as OpenRuntime;
  });
  afterEach(async () => {
    await quiet(rt);
    expect(unhandled).toEqual([]);
  });
  afterAll(async () => {
    process.off("unhandledRejection", note);
    await rt.stop();
  });
  return () => rt;
}

/** What wait rejects with. */
export const failureOf = async (g: Group): Promise<Error & { code?: string }> => (await thrown(() => g.wait())) as Error;
