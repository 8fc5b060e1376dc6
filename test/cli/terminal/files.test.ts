/** Files that are replaced as a whole, or not at all. */
import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rehearseReplacing, replaceFile } from "../../../src/cli/terminal/files.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), "utf8");
const modeOf = (name: string): number => statSync(at(name)).mode & 0o7777;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "warren-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("replaceFile", () => {
  it("makes a file, replaces it, and leaves nothing else in the folder", async () => {
    await replaceFile(at("run.json"), "first");
    writeFileSync(at("usual"), "");
    expect([read("run.json"), modeOf("run.json")]).toEqual(["first", modeOf("usual")]);
    await replaceFile(at("run.json"), Uint8Array.of(104, 105));
    expect([read("run.json"), readdirSync(folder).toSorted()]).toEqual(["hi", ["run.json", "usual"]]);
  });

  it("keeps the mode of a file", async () => {
    writeFileSync(at("run.json"), "old");
    for (const mode of [0o600, 0o640, 0o755]) {
      chmodSync(at("run.json"), mode);
      await replaceFile(at("run.json"), "new");
      expect([read("run.json"), modeOf("run.json")]).toEqual(["new", mode]);
    }
  });

  it("writes through a link to a file that is there, and to one that is not", async () => {
    mkdirSync(at("inner"));
    writeFileSync(at("inner/old"), "old");
    symlinkSync("inner/old", at("link"));
    symlinkSync("inner/later", at("dangling"));
    await replaceFile(at("link"), "new");
    await replaceFile(at("dangling"), "made");
    expect([read("inner/old"), readlinkSync(at("link"))]).toEqual(["new", "inner/old"]);
    expect([read("inner/later"), readlinkSync(at("dangling"))]).toEqual(["made", "inner/later"]);
    expect(readdirSync(at("inner")).toSorted()).toEqual(["later", "old"]);
  });

  it("writes directly to what is not a file", async (context) => {
    if (process.platform === "win32") context.skip();
    execFileSync("mkfifo", [at("pipe")]);
    const [, received] = await Promise.all([replaceFile(at("pipe"), "through"), readFile(at("pipe"), "utf8")]);
    expect(received).toBe("through");
    expect(lstatSync(at("pipe")).isFIFO()).toBe(true);
    await replaceFile("/dev/null", "nothing");
  });

  it("does not touch the file if its content cannot be written", async (context) => {
    if (process.platform !== "linux") context.skip();
    await expect(replaceFile("/dev/full", "x")).rejects.toThrow("ENOSPC");
    writeFileSync(at("run.json"), "old");
    const limited = `ulimit -f 8 && exec "$0" --input-type=module --eval 'const { replaceFile } = await import(process.argv[1]); await replaceFile(process.argv[2], "x".repeat(20_000));' "$1" "$2"`;
    const module = new URL("../../../src/cli/terminal/files.ts", import.meta.url).href;
    expect(() => execFileSync("sh", ["-c", limited, process.execPath, module, at("run.json")], { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" })).toThrow("EFBIG");
    expect([read("run.json"), readdirSync(folder)]).toEqual(["old", ["run.json"]]);
  });
});

describe("rehearseReplacing", () => {
  it("finds out whether a file can be written, and changes nothing", () => {
    writeFileSync(at("run.json"), "old");
    const { mtimeMs } = statSync(at("run.json"));
    for (const name of ["run.json", "later.json"]) rehearseReplacing(at(name));
    expect([read("run.json"), statSync(at("run.json")).mtimeMs, readdirSync(folder)]).toEqual(["old", mtimeMs, ["run.json"]]);
  });

  it("names what is wrong", (context) => {
    if (process.platform !== "linux") context.skip();
    symlinkSync("loop", at("loop"));
    symlinkSync("missing/x", at("astray"));
    writeFileSync(at("file"), "");
    for (const [path, message] of [
      ["", "the path is empty"], [folder, "it is a directory"], [`${at("new")}/`, "it names a directory"], [at("missing/x.json"), "ENOENT"], [at("file/x.json"), "ENOTDIR"],
      ["/proc/x.json", "ENOENT"], [at("loop"), "ELOOP"], [at("astray"), "ENOENT"], [at("n".repeat(256)), "ENAMETOOLONG"],
    ] as const) expect(() => rehearseReplacing(path), path).toThrow(message);
    expect(readdirSync(folder).toSorted()).toEqual(["astray", "file", "loop"]);
  });
});
