import { expect, test } from "vitest";
import { inOwnProcess } from "../../../src/lab/machine/own-process.ts";

test("a measuring process that fails says why", async () => {
  await expect(inOwnProcess(new URL("./failing-process.ts", import.meta.url), [], "gopher")).rejects.toThrow(/^the measuring process failed with 1: [^]*no gopher here/);
});

test("a module that is not there says so", async () => {
  await expect(inOwnProcess(new URL("./nothing.ts", import.meta.url), [], {})).rejects.toThrow("Cannot find module");
});
