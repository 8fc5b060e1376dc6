/** `warren patterns` */
import type { Command } from "commander";
import type { ProgramRun } from "../../lab/talk/report.ts";
import { oneOf } from "../options/values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

interface RawPatterns extends RawProgram {
  readonly full?: boolean;
}

export const PATTERNS: ProgramCommand<RawPatterns> = {
  name: "patterns",
  what: "the idioms of the talk and four classics, each with a value that shows that it works",
  claim: "generator, fan-in, timeout, quit …",
  examples: [["warren patterns", "all of them"], ["warren patterns chat-roulette", "one of them"], ["warren patterns ring skynet --full", "five million passes, 1,111,111 tasks"]],
  unitMs: null,
  declare: (command: Command) => command
    .argument("[names...]", "patterns (default: all)")
    .option("--full", "the sizes of the literature: ring 5,000,000, skynet six levels"),
  async resolve({ full = false, operands = [] }: RawPatterns): Promise<ProgramRun> {
    const { listPatterns, patterns } = await import("../../lab/talk/patterns.ts");
    const known = listPatterns().map(({ name }) => name);
    const names = operands.map((operand) => oneOf("patterns", operand, known));
    return (settings) => patterns({ names, full }, settings);
  },
};
