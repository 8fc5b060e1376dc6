#!/usr/bin/env node
/**
 * The `warren` command. This file imports nothing statically: an older Node
 * cannot even parse the rest of the program, so it must print one clear line. The
 * source needs a newer Node than the built package.
 */
const [leastMajor, leastMinor] = import.meta.url.endsWith(".ts") ? [24, 0] : [22, 12];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  process.stderr.write(`warren: needs Node ${leastMajor}.${leastMinor} or newer, and this is Node ${process.versions.node} (${process.execPath})\n`);
  process.exitCode = 2;
} else {
  const { main } = await import("./command-line.ts");
  process.exitCode = await main(process.argv.slice(2));
}
