/**
 * `warren gophers --pile` and `warren sawzall` on many nodes, as processes, with a real server.
 *
 * @module-tag deep
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findServer, startServer } from "../../../src/lab/machine/nats-server.ts";
import { warren } from "../warren-process.ts";
import { beginServing, endNodes, MISSING, server, until } from "./nodes.ts";

/** Ten milliseconds or more between two of them; after 25 a node tells the caller that it has the call. */
const LOOKS = 4;

describe.skipIf(MISSING !== "")(`on many nodes${MISSING}`, () => {
  let nats: Awaited<ReturnType<typeof server>>;
  const folder = mkdtempSync(join(tmpdir(), "warren-many-nodes-"));
  const at = (name: string): string => join(folder, name);
  const pile = mkdtempSync(join(folder, "pile-"));
  let expected: string;
  beforeAll(async () => {
    nats = await server();
    // Large ones: a node is killed while it burns one.
    for (let file = 0; file < 40; file++) writeFileSync(join(pile, `book ${file}`), randomBytes(file < 16 ? 1_000_000 : file).toString("hex"));
    const { code } = await warren(["gophers", "--pile", pile, "--manifest", at("one.txt"), "--designs", "G1", "--threads", "1", "--blocks", "1", "--runs", "1", "-q"]);
    expect(code).toBe(0);
    expected = readFileSync(at("one.txt"), "utf8");
  });
  afterAll(async () => {
    endNodes();
    await nats.stop();
    rmSync(folder, { recursive: true });
  });

  test("a node is killed in the middle: the same manifest, and what may have been done twice is named", async () => {
    const nodes = await Promise.all(["a", "b", "c"].map((node) => beginServing(["--talk", "--threads", "1", "--node", node, "--name", "burn", "--servers", nats.url])));
    const burning = warren(["gophers", "--pile", pile, "--servers", nats.url, "--name", "burn", "--manifest", at("many.txt"), "--format", "json", "-q"]);
    const [killed, ...others] = nodes;
    // The first calls are of nothing, three for each thread.
    await until(async () => (await Promise.all(nodes.map((node) => node.health()))).reduce((sum, { body }) => sum + (body["done"] as number), 0) >= 9);
    // It burns a large book if a call lasts for several looks.
    let before: unknown;
    let looks = 0;
    await until(async () => {
      const { running, done } = (await (killed as (typeof nodes)[number]).health()).body;
      looks = running === 1 && done !== 0 && done === before ? looks + 1 : 0;
      before = done;
      return looks === LOOKS;
    });
    killed?.child.kill("SIGKILL");
    const { code, stdout, stderr } = await burning;
    expect([code, stderr]).toEqual([0, ""]);
    expect(readFileSync(at("many.txt"), "utf8")).toBe(expected);
    const report = JSON.parse(stdout) as { files: number; burnt: number; same: number; passes: number; repeated: { node: string | null; files: string[] }[] };
    expect(report).toMatchObject({ files: 40, burnt: 40, same: 1, passes: 1, problems: [] });
    expect(report.repeated).not.toEqual([]);
    expect(report.repeated.some(({ node, files }) => node === "a" && files.length > 0)).toBe(true);
    expect(report.repeated.every(({ node }) => node === "a" || node === null)).toBe(true);
    for (const { child, outcome } of others) {
      child.kill("SIGTERM");
      expect((await outcome).code).toBe(0);
    }
  });

  test("nodes that the command starts: compared with one process, in time and in the manifest", async () => {
    const { code, stdout, stderr } = await warren(["gophers", "--pile", pile, "--nodes", "2", "--servers", nats.url, "--runs", "1", "--manifest", at("two.txt")]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^(?:gophers on 2 nodes, run 1 of 1: .*\n)*wrote .*two\.txt: 40 files; check it with sha256sum --check in the pile's directory\n$/);
    expect(readFileSync(at("two.txt"), "utf8")).toBe(expected);
    expect(stdout).toMatch(/^one process, 1 thread +[\d.]+ m?s +[\d.]+ +1\.00\none process, 2 threads .*\n2 nodes, 1 thread each .*\n\nPrice of distribution: /m);
    expect(stdout).toContain("\n40 files burnt; none given up.\nThe manifest is the same in all 3 runs.\nNothing was done twice: no node was lost.\n");
  });

  test("sawzall: the same result, also where tables are larger than a message", async () => {
    // All words are different. Chunks have 64 KiB, and so much fits into a message.
    const letters = [..."abcdefghijklmnopqrstuvwxyzäöüßéèàç"];
    writeFileSync(at("words"), letters.flatMap((a) => letters.flatMap((b) => letters.flatMap((c) => a + b + c))).join("\n"));
    writeFileSync(at("small.conf"), "max_payload: 65536\n");
    writeFileSync(at("small"), `#!/bin/sh\nexec ${findServer()} -c ${at("small.conf")} "$@"\n`, { mode: 0o700 });
    const small = await startServer(at("small"));
    const { code, stdout, stderr } = await warren(["sawzall", at("words"), "--nodes", "2", "--servers", small.url, "--runs", "1", "--format", "json", "-q"]);
    await small.stop();
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ program: "sawzall", files: 1, same: 3, passes: 3, repeated: [], problems: [], result: { records: 34 ** 3 }, ways: [{ nodes: 0, threads: 1 }, { nodes: 0, threads: 2 }, { nodes: 2, threads: 2 }] });
  });

  test("without a node: one line, exit code 1", async () => {
    const { code, stderr } = await warren(["gophers", "--pile", pile, "--servers", nats.url, "--name", "nobody"]);
    expect([code, stderr]).toEqual([1, 'warren: no node of "nobody" does this work: start some with warren node --talk and the same --servers, or here with --nodes 3\n']);
  });
});

test.skipIf(MISSING !== "")(`without --servers a server is started, and ends with the command${MISSING}`, async () => {
  const { code, stderr } = await warren(["gophers", "--pile", "src/cli/net", "--nodes", "2", "--runs", "1"]);
  expect(code).toBe(0);
  // Another server of this machine may answer on the usual port.
  const [, started] = /^started \S+nats-server on 127\.0\.0\.1:(\d+) with a temporary store; it ends with this command$/m.exec(stderr) ?? [];
  if (started === undefined) return;
  const { answers } = await import("../../../src/lab/machine/nats-server.ts");
  expect(await answers(Number(started))).toBe(false);
});
