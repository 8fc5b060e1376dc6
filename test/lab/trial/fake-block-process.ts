/** A block's process with the fake program: in trouble where its task says so. */
import { serveBlock } from "../../../src/lab/trial/process/child.ts";
import { fakeCells, FakeProgram, FakeThreads } from "./fake-program.ts";

/** What goes wrong, in G6 on two threads in the cpu world. */
export type Trouble = "none" | "throws" | "killed" | "exits" | "hangs" | "prints";

/** A program for that process. */
export interface FakeSpec {
  readonly trouble: Trouble;
}

/** What it measures. The size is found with G7: G6 gets into no trouble before block 0. */
export const FAKE_CELLS = fakeCells(["cpu"], ["G1", "G7", "G6"], [1, 2]);

/** The program; `inTrouble` is called where there is to be some. */
export function fakeProgram({ trouble }: FakeSpec, inTrouble: (trouble: Trouble) => Promise<void> = makeTrouble): FakeProgram {
  const program = new FakeProgram(FAKE_CELLS);
  const run = program.run.bind(program);
  program.run = async (pool, cell, size) => {
    if (cell.design === "G6" && cell.threads === 2) await inTrouble(trouble);
    return run(pool, cell, size);
  };
  return program;
}

async function makeTrouble(trouble: Trouble): Promise<void> {
  switch (trouble) {
    case "none":
      return;
    case "throws":
      throw new RangeError("lost a book");
    case "killed":
      process.kill(process.pid, "SIGKILL");
      return;
    case "exits":
      process.exit(7);
      break;
    case "hangs":
      return new Promise(() => undefined);
    case "prints":
      console.log("{ not a message");
      console.error("nor this");
      process.send?.("nonsense");
  }
}

if (import.meta.main) {
  process.once("message", () => process.emitWarning(`this is process ${process.pid}`));
  await serveBlock((spec: FakeSpec) => fakeProgram(spec), new FakeThreads());
}
