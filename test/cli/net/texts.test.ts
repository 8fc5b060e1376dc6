/** What the commands of several machines print for people, and their help. */
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { describe, expect, test, vi } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { queuesText, statusText } from "../../../src/cli/net/look.ts";
import { reportText, type NodesReport } from "../../../src/cli/net/many-nodes-text.ts";
import { inOptions, joinOptions } from "../../../src/cli/net/servers.ts";
import { StatusLine } from "../../../src/cli/net/status-line.ts";

const golden = (name: string): string => `golden/${name}.txt`;

describe("help", () => {
  test.each(["node", "net", "net status", "net queues", "net dump"])("of %s fits 80 columns", async (name) => {
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((text, ...rest) => {
      written.push(String(text));
      const done = rest.find((value) => typeof value === "function");
      done?.();
      return true;
    });
    expect(await runCommandLine([...name.split(" "), "--help"]).finally(() => spy.mockRestore())).toBe(0);
    await expect(written.join("")).toMatchFileSnapshot(golden(`help-${name.replace(" ", "-")}`));
    expect(Math.max(...written.join("").split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});

describe("status and queues", () => {
  const node = { build: "2.3.0", pid: 17, threads: 4, upMs: 3_600_000, tasks: [{ id: "shop/app#resize", name: "resize", build: "2.3.0" }, { id: "shop/app#count", name: "count", build: "2.3.0" }], running: 3, waiting: 0, done: 12_345, waits: [], isDraining: false };
  const server = { version: "2.9.10", jetstream: true, maxPayload: 1_048_576 };

  test("nodes", async () => {
    const nodes = [{ ...node, node: "web-1" }, { ...node, node: "web-2", isDraining: true }, { ...node, node: "api", tasks: [], waits: [{ name: "remote task resize", count: 3, oldestMs: 1200 }] }];
    await expect(`${statusText({ name: "shop", servers: ["tls://nats:4222"], server, nodes })}\n\n${statusText({ name: "shop", servers: ["tls://nats:4222"], server: { ...server, jetstream: false }, nodes: [] })}\n`).toMatchFileSnapshot(golden("status"));
  });

  test("queues", async () => {
    const queues = [{ queue: "jobs", type: "struct({what: utf8})", values: 1234, inHand: 16, capacity: 10_000, bytes: 99_999, leaseMs: 30_000, dead: 2, asking: 3 }, { queue: "jobs.dead", type: "struct({what: utf8})", values: 2, inHand: 0, capacity: 10_000, bytes: 99, leaseMs: 30_000, dead: 0, asking: 0 }];
    await expect(`${queuesText({ name: "shop", queues })}\n\n${queuesText({ name: "shop", queues: [] })}\n`).toMatchFileSnapshot(golden("queues"));
  });
});

describe("work on many nodes", () => {
  const nodes = ["node-1", "node-2", "node-3"].map((name, index) => ({ node: name, pid: index + 1, threads: 1 }));
  const report: NodesReport = { schema: "warren-nodes/1", program: "gophers", command: [], input: "photos", files: 300, bytes: 160.6e6, pieces: 129, nodes, ways: [{ nodes: 0, threads: 1, ms: [3400, 3300, 3360] }, { nodes: 0, threads: 3, ms: [1200] }, { nodes: 3, threads: 3, ms: [1260, 1250] }], passes: 6, same: 6, repeated: [], problems: [], burnt: 300 };
  const files = ["a", "b", "c", "d", "e", "f", "g"];

  test.each([
    ["pile", report],
    ["pile-killed", { ...report, ways: report.ways.slice(2), passes: 1, same: 1, repeated: [{ node: "node-2", files }, { node: null, files: ["z"] }] }],
    ["lines", { ...report, program: "sawzall", nodes: nodes.map((each) => ({ ...each, threads: 4 })), ways: [{ nodes: 0, threads: 1, ms: [3400] }, { nodes: 0, threads: 12, ms: [310] }, { nodes: 3, threads: 12, ms: [300] }], same: 5, repeated: [{ node: null, files: ["z"] }], burnt: undefined, problems: [{ path: "x", kind: "unreadable", message: "gone" }], result: { records: 1000, bytes: 5000, mean: 5, longest: null, quantiles: [], words: [["the", 100], ["of", 90]], distinct: 3, sample: [] } }],
  ] as const)("%s", async (name, its) => {
    await expect(`${reportText(its as NodesReport)}\n`).toMatchFileSnapshot(golden(name));
  });
});

describe("options of the servers", () => {
  const own = { name: "shop", node: "n", build: "1" };

  test("become those of join; a password comes from the environment only", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "warren-servers-"));
    const file = join(folder.path, "ca.pem");
    await writeFile(file, rootCertificates[0] as string);
    const options = await joinOptions({ servers: "nats://localhost:1, tls://b:2", tlsCa: file, insecure: true }, own, { WARREN_NATS_USER: "u", WARREN_NATS_PASSWORD: "secret" });
    expect(options).toEqual({ ...own, servers: ["nats://localhost:1", "tls://b:2"], auth: { user: "u", pass: "secret" }, tls: { ca: file }, insecure: true });
  });

  test.each([
    [{ servers: "10.0.0.1" }, {}, "would not be encrypted: use tls://10.0.0.1:4222, or allow it with --insecure"],
    [{ servers: "nats://u:secret@h" }, {}, "the URL of a server must not contain a user or a password: set WARREN_NATS_USER and WARREN_NATS_PASSWORD in the environment"],
    [{ servers: "" }, {}, "--servers needs URLs"],
    [{ creds: "/no" }, {}, "the file of --creds cannot be read (ENOENT)"],
    [{ tlsCa: "/no" }, {}, "the file of --tls-ca cannot be read (ENOENT)"],
    [{ tlsKey: "package.json" }, {}, "--tls-cert and --tls-key must be given together"],
    [{}, { WARREN_NATS_USER: "u" }, "WARREN_NATS_USER and WARREN_NATS_PASSWORD must be set together"],
    [{ creds: "x" }, { WARREN_NATS_USER: "u", WARREN_NATS_PASSWORD: "p" }, "use --creds or WARREN_NATS_USER, not both"],
  ])("%j are refused: %j", async (raw, environment, message) => {
    const refusal = joinOptions(raw, own, environment);
    await expect(refusal).rejects.toMatchObject({ name: "UsageError", message: expect.stringContaining(message) });
    await expect(refusal).rejects.not.toMatchObject({ message: expect.stringContaining("secret") });
  });
});

test.each([
  ["the server does not accept the credentials: check the option auth of join", "the server does not accept the credentials: check --creds, or WARREN_NATS_USER and WARREN_NATS_PASSWORD in the environment"],
  ["TLS failed: check the option tls of join, and the names", "TLS failed: check --tls-ca, --tls-cert and --tls-key, and the names"],
  ["name another with the option servers of join", "name another with --servers"],
])("%s", (message, expected) => {
  expect(inOptions(message)).toBe(expected);
});

test("the status line: rewritten on a terminal; elsewhere a line when the connection comes or goes", () => {
  vi.useFakeTimers();
  try {
    const seen = [true, false].map((isTTY) => {
      let status = "shop: 0 running, 0 waiting, 0 done";
      let out = "";
      const line = new StatusLine({ isTTY, columns: 30, write: (text) => (out += text) }, false, () => status);
      status = "shop: 1 running, 0 waiting, 0 done";
      vi.advanceTimersByTime(2000);
      status = "shop: 1 running, 0 waiting, 0 done, no connection to the servers";
      vi.advanceTimersByTime(1000);
      if (!isTTY) {
        // It comes back, and says so; that the node drains is said elsewhere.
        status = "shop: 1 running, 0 waiting, 0 done";
        vi.advanceTimersByTime(1000);
        status = "shop: 1 running, 0 waiting, 0 done, draining";
        vi.advanceTimersByTime(1000);
      }
      line.end();
      return out;
    });
    expect(seen).toEqual([`${"\r\u001b[Kshop: 1 running, 0 waiting, 0".repeat(3)}\r\u001b[K`, "shop: 1 running, 0 waiting, 0 done, no connection to the servers\nshop: 1 running, 0 waiting, 0 done\n"]);
  } finally {
    vi.useRealTimers();
  }
});
