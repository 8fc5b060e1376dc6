/**
 * Compiles src/parallel/dot.wat into src/parallel/dot-wasm.ts.
 *
 *   node scripts/build-wasm.ts           writes the file
 *   node scripts/build-wasm.ts --check   writes nothing; exit code 1 when the
 *                                        committed file is not what would be written
 *
 * The assembler is the npm package `wabt` with SIMD and threads switched on and
 * nothing else, so that a relaxed instruction is a syntax error. The output
 * depends on the .wat text and the wabt version alone: no names section, no
 * date, no path.
 */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import loadWabt from "wabt";

const SOURCE = new URL("../src/parallel/dot.wat", import.meta.url);
const TARGET = new URL("../src/parallel/dot-wasm.ts", import.meta.url);
const LINE_WIDTH = 96;

/**
 * Assembles WebAssembly text (SIMD, threads) into the bytes of a module. Throws
 * wabt's message on a syntax error and V8's `WebAssembly.CompileError` on a type
 * error (wabt's own `validate()` takes no features through its types and would
 * refuse shared memory).
 */
export async function assemble(wat: string): Promise<Uint8Array> {
  const wabt = await loadWabt();
  const module = wabt.parseWat("dot.wat", wat, { simd: true, threads: true, relaxed_simd: false });
  try {
    const { buffer } = module.toBinary({ canonicalize_lebs: true, relocatable: false, write_debug_names: false });
    void new WebAssembly.Module(Uint8Array.from(buffer)); // V8 type-checks it
    return buffer;
  } finally {
    module.destroy();
  }
}

/** The text of dot-wasm.ts for the WebAssembly text given. */
export async function renderDotWasm(wat: string): Promise<string> {
  const base64 = Buffer.from(await assemble(wat)).toString("base64");
  const lines = base64.match(new RegExp(`.{1,${LINE_WIDTH}}`, "g")) ?? [];
  const sha256 = createHash("sha256").update(wat).digest("hex");
  return [
    "/**",
    " * GENERATED from dot.wat by `node scripts/build-wasm.ts`: do not edit.",
    " * `node scripts/build-wasm.ts --check` and a test fail when it is out of date.",
    " */",
    "",
    "/** SHA-256, in hex, of the text of dot.wat that the binary was made from. */",
    `export const DOT_WAT_SHA256 = "${sha256}";`,
    "",
    "/** The compiled module, base64. It imports `env.memory` (shared) and exports `dot`. */",
    "export const DOT_WASM_BASE64 =",
    `${lines.map((line) => `  "${line}"`).join(" +\n")};`,
    "",
  ].join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter((arg) => arg !== "--check");
  if (unknown.length > 0) {
    console.error(`unknown argument ${unknown.join(" ")}; usage: node scripts/build-wasm.ts [--check]`);
    return 2;
  }
  const expected = await renderDotWasm(readFileSync(SOURCE, "utf8"));
  if (!args.includes("--check")) {
    writeFileSync(TARGET, expected);
    return 0;
  }
  if (readOrEmpty(TARGET) === expected) return 0;
  console.error(`${fileURLToPath(TARGET)} does not match dot.wat: run \`node scripts/build-wasm.ts\``);
  return 1;
}

function readOrEmpty(file: URL): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
