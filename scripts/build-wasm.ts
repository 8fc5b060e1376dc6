/**
 * Makes the WebAssembly: src/parallel/dot-wasm.ts from src/parallel/dot.wat, and
 * src/memory/compiled-wasm.ts from functions of the TypeScript source (compile-words.ts).
 *
 *   node scripts/build-wasm.ts           writes the files
 *   node scripts/build-wasm.ts --check   writes nothing; exit code 1 when a
 *                                        committed file is not what would be written
 *
 * The assembler is the npm package `wabt` with SIMD and threads switched on and
 * nothing else, so that a relaxed instruction is a syntax error. The output
 * depends on the source and the wabt version alone: no names section, no date,
 * no path.
 */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import loadWabt from "wabt";
import { compileWords } from "./compile-words.ts";

const DOT_SOURCE = new URL("../src/parallel/dot.wat", import.meta.url);
const DOT = new URL("../src/parallel/dot-wasm.ts", import.meta.url);
const COMPILED = new URL("../src/memory/compiled-wasm.ts", import.meta.url);
const LINE_WIDTH = 96;

/** The functions that are compiled, and their files: those of the interface `Compiled` in memory/compiled.ts. */
export const COMPILED_FUNCTIONS: Readonly<Record<string, string>> = {
  lengthOf: "src/channel/exchange.ts",
  put: "src/channel/exchange.ts",
  take: "src/channel/exchange.ts",
  putMany: "src/channel/exchange.ts",
  takeMany: "src/channel/exchange.ts",
  sendBuffered: "src/channel/exchange.ts",
  recvBuffered: "src/channel/exchange.ts",
  sendManyBuffered: "src/channel/exchange.ts",
  recvManyBuffered: "src/channel/exchange.ts",
  sendUnbuffered: "src/channel/exchange.ts",
  recvUnbuffered: "src/channel/exchange.ts",
  endListed: "src/wait/claims.ts",
  placeTask: "src/scheduler/task-words.ts",
  tryPush: "src/scheduler/task-words.ts",
  takeTask: "src/scheduler/task-words.ts",
  endTask: "src/scheduler/task-words.ts",
};

/**
 * Assembles WebAssembly text (SIMD, threads) into the bytes of a module. Throws
 * wabt's message on a syntax error and V8's `WebAssembly.CompileError` on a type
 * error (wabt's own `validate()` takes no features through its types and would
 * refuse shared memory).
 */
export async function assemble(wat: string, name = "dot.wat"): Promise<Uint8Array> {
  const wabt = await loadWabt();
  const module = wabt.parseWat(name, wat, { simd: true, threads: true, relaxed_simd: false });
  try {
    const { buffer } = module.toBinary({ canonicalize_lebs: true, relocatable: false, write_debug_names: false });
    void new WebAssembly.Module(Uint8Array.from(buffer)); // V8 type-checks it
    return buffer;
  } finally {
    module.destroy();
  }
}

function base64Lines(bytes: Uint8Array): string {
  const base64 = Buffer.from(bytes).toString("base64");
  const lines = base64.match(new RegExp(`.{1,${LINE_WIDTH}}`, "g")) ?? [];
  return lines.map((line) => `  "${line}"`).join(" +\n");
}

/** The text of dot-wasm.ts for the WebAssembly text given. */
export async function renderDotWasm(wat: string): Promise<string> {
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
    `${base64Lines(await assemble(wat))};`,
    "",
  ].join("\n");
}

/** The text of compiled-wasm.ts. */
export async function renderCompiled(): Promise<string> {
  return [
    "/**",
    " * GENERATED from the functions over words (compiled.ts) by `node scripts/build-wasm.ts`: do",
    " * not edit. `node scripts/build-wasm.ts --check` and a test fail when it is out of date.",
    " */",
    "",
    "/** The compiled module, base64. It imports `env.memory` (shared) and exports the functions of `Compiled`. */",
    "export const COMPILED_BASE64 =",
    `${base64Lines(await assemble(await compileWords(COMPILED_FUNCTIONS), "compiled.wat"))};`,
    "",
  ].join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter((arg) => arg !== "--check");
  if (unknown.length > 0) {
    console.error(`unknown argument ${unknown.join(" ")}; usage: node scripts/build-wasm.ts [--check]`);
    return 2;
  }
  let code = 0;
  for (const [file, expected] of [[DOT, await renderDotWasm(readFileSync(DOT_SOURCE, "utf8"))], [COMPILED, await renderCompiled()]] as const) {
    if (!args.includes("--check")) writeFileSync(file, expected);
    else if (readOrEmpty(file) !== expected) {
      console.error(`${fileURLToPath(file)} does not match its source: run \`node scripts/build-wasm.ts\``);
      code = 1;
    }
  }
  return code;
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
