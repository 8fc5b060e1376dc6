/** `warren sawzall` */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { ProgramRun } from "../../lab/talk/report.ts";
import { requireReadable } from "../terminal/streams.ts";
import { UsageError } from "../options/usage-error.ts";
import { wholeNumber } from "../options/values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

interface RawSawzall extends RawProgram {
  readonly input?: string;
  readonly runs?: string;
}

const MOST_RUNS = 1000;
/** Something that is always there: warren's own source. */
const OWN_SOURCE = fileURLToPath(new URL("../../", import.meta.url));

export const SAWZALL: ProgramCommand<RawSawzall> = {
  name: "sawzall",
  what: "counts, quantiles and top words of a real file, in chunks and as a pipeline",
  claim: "parallel, not concurrent",
  examples: [["warren sawzall /var/log/syslog", "a file, line by line"], ["warren sawzall ~/notes", "all files of a directory"], ["warren sawzall", "warren's own source"]],
  unitMs: null,
  declare: (command: Command) => command
    .argument("[input]", "a file or a directory")
    .option("--input <path>", "the same as an option (default: warren's own source)")
    .option("--runs <n>", "timed runs of each way (default: 3)"),
  async resolve({ input, runs, operands = [] }: RawSawzall): Promise<ProgramRun> {
    const [operand] = operands;
    if (operand !== undefined && input !== undefined) throw new UsageError(`give the input once: ${JSON.stringify(operand)} or --input, not both`);
    const given = operand ?? input;
    if (given !== undefined) await requireReadable("--input", given);
    const choice = { input: given ?? (relative(process.cwd(), OWN_SOURCE) || "."), runs: runs === undefined ? 3 : wholeNumber("--runs", runs, 1, MOST_RUNS) };
    return async (settings) => (await import("../../lab/talk/sawzall.ts")).sawzall(choice, settings);
  },
};
