import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findOnPath, runProgram } from "../../../src/lab/machine/other-programs.ts";

test("a program that fails says why", async () => {
  await expect(runProgram(process.execPath, [fileURLToPath(new URL("./failing-process.ts", import.meta.url)), JSON.stringify("gopher")])).rejects.toThrow(/^node failed with 1: [^]*no gopher here/);
});

test("a module that is not there says so", async () => {
  await expect(runProgram(process.execPath, ["./nothing.ts"])).rejects.toThrow("Cannot find module");
});

test("a program that hangs is ended at its deadline", async () => {
  await expect(runProgram(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], { deadlineMs: 50 })).rejects.toThrow("node did not finish in 50 ms");
});

test("nothing is found on an empty path", () => {
  expect(findOnPath("taskset", "")).toBeNull();
  expect(findOnPath("taskset", "/no/such/folder")).toBeNull();
});
