/** How help reads: what to type comes first, then commands, then options, at the end the exit codes. */
import { Help, type Command } from "commander";

export type Examples = readonly (readonly [command: string, what: string])[];

/** Help begins with what to type. */
export function examples(lines: Examples): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return ["Examples:", ...lines.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`), ""].join("\n");
}

/** docs/method.md, "Files and exit codes". */
export const EXIT_CODES = `
Exit codes:
  0    success
  1    a check failed; a cell is slower, or missing (--max-regression); a
       file could not be read or written; or a server or node was missing
  2    the command line is wrong; nothing was measured
  3    this machine is not reliable now (--strict)
  130  interrupted with Ctrl-C; 143 by SIGTERM, 129 by SIGHUP. What was
       measured is printed and marked`;

/** What all commands share in their help. */
export function withHelp(command: Command): Command {
  return command.helpOption("-h, --help", "print this help").configureHelp({
    visibleArguments: () => [],
    subcommandTerm: (sub) => sub.name(),
    // the values of a choice are in its description
    optionDescription: ({ description }) => description,
    formatHelp: (cmd, helper) => commandsFirst(new Help().formatHelp(cmd, helper)),
  });
}

/** Hides options that the help of another command explains. */
export function hideOptions(command: Command, shown: ReadonlySet<string>): Command {
  for (const option of command.options) option.hideHelp(!shown.has(option.long ?? ""));
  return command;
}

/** Moves the options to the end. */
function commandsFirst(help: string): string {
  const blocks = help.trimEnd().split("\n\n");
  const [options, others] = [true, false].map((wanted) => blocks.filter((block) => block.startsWith("Options:") === wanted)) as [string[], string[]];
  return `${[...others, ...options].join("\n\n")}\n`;
}
