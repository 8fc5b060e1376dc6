#!/usr/bin/env node
/**
 * The `warren` command. This file imports nothing statically: an older Node
 * cannot even parse the rest of the program, so it must print one clear line.
 */
const LEAST_NODE = 24;

if (Number(process.versions.node.split(".")[0]) < LEAST_NODE) {
  process.stderr.write(`warren: needs Node ${LEAST_NODE} or newer, and this is Node ${process.versions.node} (${process.execPath})\n`);
  process.exitCode = 2;
} else {
  const { runCommandLine } = await import("./command-line.ts");
  process.exitCode = await runCommandLine(process.argv.slice(2));
}
