/** `warren drivers` */
import type { Command } from "commander";
import type { ProgramRun } from "../../lab/talk/report.ts";
import { wholeNumber } from "../options/values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

interface RawDrivers extends RawProgram {
  readonly length?: string;
}

/** The disk has an event every 200 units: fewer units show nothing of it. */
const LEAST_LENGTH = 200;
const MOST_LENGTH = 1_000_000;

export const DRIVERS: ProgramCommand<RawDrivers> = {
  name: "drivers",
  what: "mouse, keyboard, display, disk: a task each, or one loop",
  claim: "concurrent, not parallel",
  examples: [["warren drivers", "on one thread"], ["warren drivers --threads 4", "more threads change nothing"]],
  unitMs: 2,
  threads: 1,
  declare: (command: Command) => command.option("--length <n>", "units in which events happen, for each structure (default: 1500)"),
  resolve({ length }: RawDrivers): ProgramRun {
    const choice = { length: length === undefined ? 1500 : wholeNumber("--length", length, LEAST_LENGTH, MOST_LENGTH) };
    return async (settings) => (await import("../../lab/talk/drivers/findings.ts")).drivers(choice, settings);
  },
};
