/** `warren replicas` for real, as small as it gets, and what it refuses. */
import { describe, expect, it } from "vitest";
import { REPLICAS } from "../../../src/cli/programs/catalogue.ts";
import { UsageError } from "../../../src/cli/options/values.ts";
import { warren } from "../warren-process.ts";

describe("warren replicas", () => {
  it("holds its checks, four variants included", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren(["replicas", "--queries", "100", "--replicas", "1,3", "--unit", "0.2", "--format", "json", "-q"]);
    expect([code, stderr]).toEqual([0, ""]);
    const { findings } = JSON.parse(stdout) as { findings: { kind: string; part: string; name: string; verdict: string; measured: number | string }[] };
    expect(findings.filter(({ kind, verdict }) => kind === "check" && verdict !== "holds")).toEqual([]);
    expect(findings.filter(({ part }) => part.startsWith("no room"))).toEqual([
      expect.objectContaining({ name: "a client that is late gets", measured: "ERR_DEADLOCK" }),
      expect.objectContaining({ name: "queries answered", measured: 20 }),
      expect.objectContaining({ name: "replicas that wait forever to send", measured: 140 }),
    ]);
  });

  it.each([
    [{ replicas: "0" }, '--replicas: "0" is not an integer from 1 to 64'],
    [{ replicas: "1,,2" }, '--replicas: "1,,2" has an empty entry'],
    [{ queries: "5" }, '--queries: "5" is not an integer from 100 to 1000000'],
  ])("refuses %j", (raw, message) => {
    expect(() => REPLICAS.resolve(raw)).toThrow(UsageError);
    expect(() => REPLICAS.resolve(raw)).toThrow(message);
  });
});
