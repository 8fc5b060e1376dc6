import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { assemble, renderDotWasm } from "../../scripts/build-wasm.ts";
import { DOT_WASM_BASE64, DOT_WAT_SHA256 } from "../../src/parallel/dot-wasm.ts";

const wat = readFileSync(new URL("../../src/parallel/dot.wat", import.meta.url), "utf8");

describe("dot-wasm.ts", () => {
  it("holds the bytes that dot.wat compiles to", async () => {
    expect(Buffer.from(DOT_WASM_BASE64, "base64").equals(await assemble(wat))).toBe(true);
  });

  it("names the source it was made from", () => {
    expect(DOT_WAT_SHA256).toBe(createHash("sha256").update(wat).digest("hex"));
  });

  it("is the text that the build script writes, twice the same", async () => {
    const committed = readFileSync(new URL("../../src/parallel/dot-wasm.ts", import.meta.url), "utf8");
    expect(await renderDotWasm(wat)).toBe(committed);
    expect(await renderDotWasm(wat)).toBe(committed);
  });

  it("changes with the source", async () => {
    const committed = await renderDotWasm(wat);
    expect(await renderDotWasm(`${wat};; one more comment\n`)).not.toBe(committed);
  });
});

describe("build-wasm.ts", () => {
  const script = fileURLToPath(new URL("../../scripts/build-wasm.ts", import.meta.url));
  const run = promisify(execFile);

  it("--check accepts the committed file", async () => {
    await expect(run(process.execPath, [script, "--check"])).resolves.toBeDefined();
  });

  it("refuses an argument it does not know with exit code 2", async () => {
    await expect(run(process.execPath, [script, "--chekc"])).rejects.toMatchObject({ code: 2 });
  });

  it("refuses text that is not WebAssembly, and instructions that differ from machine to machine", async () => {
    await expect(assemble("(module (func")).rejects.toThrow(/dot\.wat:1/);
    await expect(assemble("(module (func (result i32) (f64.const 1)))")).rejects.toThrow(/type error/i);
    const relaxed = "(f64x2.relaxed_madd (local.get 0) (local.get 0) (local.get 0))";
    await expect(assemble(`(module (func (param v128) (result v128) ${relaxed}))`)).rejects.toThrow(/relaxed/);
  });
});
