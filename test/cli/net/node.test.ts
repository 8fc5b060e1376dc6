/** `warren node` and `warren net` as processes, with a real server. */
import { mkdtempSync, readdirSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joined } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start, struct, utf8, type Runtime } from "../../../src/index.ts";
import { join, type Net } from "../../../src/net/index.ts";
import { answers } from "../../../src/lab/machine/nats-server.ts";
import { beginNode } from "../../node-process.ts";
import { warren } from "../warren-process.ts";
import { beginServing, endNodes, MISSING, server, until } from "./nodes.ts";
import { count, held, wait } from "./programs/shop.ts";

const MODULE = "test/cli/net/programs/shop.ts";

describe.skipIf(MISSING !== "")(`with a server${MISSING}`, () => {
  let nats: Awaited<ReturnType<typeof server>>;
  let rt: Runtime;
  let net: Net;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(joined(tmpdir(), "warren-node-"));
    nats = await server();
    rt = await start({ threads: 1 });
    net = await join(rt, { servers: nats.url, name: "shop", node: "test", build: "1" });
  });
  afterAll(async () => {
    endNodes();
    await net.close();
    await rt.stop();
    await nats.stop();
    rmSync(folder, { recursive: true });
  });
  const begin = (...args: readonly string[]): ReturnType<typeof beginServing> => beginServing([...args, "--servers", nats.url, "--name", "shop", "--build", "1", "--threads", "1"]);

  test("a node serves, and on SIGTERM lets calls end", async () => {
    const node = await begin(MODULE, "--serve", "count,held", "--node", "one");
    expect(await net.spawn(count, ["a", "b"])).toBe(2);
    const gate = joined(folder, "gate");
    const long = net.spawn(held, gate);
    await until(async () => (await node.health()).body["running"] === 1);
    expect(await node.health()).toEqual({ code: 200, body: { status: "up", name: "shop", node: "one", running: 1, waiting: 0, done: 1 } });
    node.child.kill("SIGTERM");
    await until(async () => (await node.health()).code === 503);
    writeFileSync(gate, "");
    expect(await long).toBe(gate);
    const { code, stdout, stderr } = await node.outcome;
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr.replace(/:\d+\/$/m, ":PORT/").split("\n")).toEqual([
      `shop: node one serves count and held on 1 thread, connected to ${nats.url}, health at http://127.0.0.1:PORT/`,
      "SIGTERM: draining: takes no more calls, and ends when those that it has taken have ended, after 30 s at the latest. A second signal ends it immediately",
      "drained: 2 calls ended here, none was cut off",
      "",
    ]);
  });

  test("what does not end in time is cut off, and the exit code says so", { tags: ["deep"] }, async () => {
    const node = await begin(MODULE, "--drain", "200ms");
    const long = net.spawn(wait, 60_000);
    long.catch(() => undefined);
    await until(async () => (await node.health()).body["running"] === 1);
    node.child.kill("SIGINT");
    await until(async () => (await node.health().catch(() => ({ code: 0 }))).code !== 200);
    const { code, stderr } = await node.outcome;
    expect(code).toBe(1);
    expect(stderr).toContain("warren: 1 call had not ended after 0.2 s: the callers get ERR_NODE_LOST\n");
    await expect(long).rejects.toMatchObject({ code: "ERR_NODE_LOST" });
  });

  test("a second signal ends it", { tags: ["deep"] }, async () => {
    const node = await begin(MODULE);
    net.spawn(wait, 60_000).catch(() => undefined);
    await until(async () => (await node.health()).body["running"] === 1);
    node.child.kill("SIGTERM");
    await until(async () => (await node.health()).code === 503);
    // Of a process that has ended, kill says so: that is no reason to wait.
    await until(() => {
      node.child.kill("SIGTERM");
      return Promise.race([node.outcome.then(() => true), new Promise<boolean>((resolve) => { setTimeout(resolve, 100, false); })]);
    });
    expect((await node.outcome).code).toBe(143);
  });

  test("a node ends also if the server ends in the same moment", { tags: ["deep"] }, async () => {
    const other = await server();
    const node = await beginServing([MODULE, "--servers", other.url, "--threads", "1"]);
    const stopped = other.stop();
    node.child.kill("SIGTERM");
    expect(await node.outcome).toMatchObject({ code: 0, hung: false });
    await stopped;
  });

  test("status, queues and dump", { tags: ["deep"] }, async () => {
    const node = await begin(MODULE, "--serve", "all", "--node", "one");
    const queue = await net.queue("jobs", struct({ what: utf8 }), { capacity: 50, leaseMs: 20_000 });
    for (const what of ["a", "b", "c"]) await queue.send({ what });
    const deliveries = await queue.deliveries({ credit: 2 });
    await (await deliveries.recv())?.reject("no good");
    await until(async () => (await queue.state()).inHand === 2);
    const look = (...args: readonly string[]): ReturnType<typeof warren> => warren(["net", ...args, "--servers", nats.url]);
    const [status, json, queues, queuesJson, dump, found] = await Promise.all([
      look("status", "--name", "shop"), look("status", "--name", "shop", "--format", "json"), look("queues", "--name", "shop"),
      look("queues", "--name", "shop", "--format", "json"), look("dump", "--name", "shop"), look("queues"),
    ]);
    expect([status, json, queues, queuesJson, dump, found].map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(status.stdout).toMatch(/^shop on nats:.*with JetStream, 2 nodes$/m);
    expect(status.stdout).toMatch(/^one +1 +\d+ +1 +[\d.]+ m?s +0 +0 +0 +count, held, wait$/m);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: "warren-net-status/1", name: "shop", nodes: [{ node: "one", pid: node.child.pid }, { node: "test", pid: process.pid }] });
    expect(queues.stdout).toBe([
      "queue      values  in hand  capacity    lease  dead  type",
      `jobs            2        2        50   20.0 s     1  ${JSON.parse(queuesJson.stdout).queues[0].type}`,
      `jobs.dead       1        0        50   20.0 s     0  ${JSON.parse(queuesJson.stdout).queues[0].type}`,
      "",
    ].join("\n").replaceAll(/ {2,}20\.0/g, "  20.0").replace("capacity    lease", "capacity   lease"));
    expect(dump.stdout).toMatch(/^node one\n0 live tasks/m);
    expect([found.stdout, found.stderr]).toEqual([queues.stdout, "looking two seconds for programs: give --name to skip that\n"]);
    await deliveries.stop();
    node.child.kill("SIGTERM");
    expect((await node.outcome).code).toBe(0);
  });

  test("names of tasks that the module does not export", { tags: ["deep"] }, async () => {
    const { code, stderr } = await warren(["node", MODULE, "--serve", "price", "--servers", nats.url]);
    expect([code, stderr]).toEqual([2, 'warren: --serve: "price" is not one of count, held, wait, all\n']);
  });
});

test.skipIf(MISSING !== "")(`a server that a command has started ends with it, also if the command is killed${MISSING}`, { tags: ["deep"] }, async () => {
  const folder = mkdtempSync(joined(tmpdir(), "warren-killed-"));
  const program = `import { startServer, findServer } from "./src/lab/machine/nats-server.ts"; process.stdout.write((await startServer(findServer())).url);`;
  let url = "";
  const { outcome } = beginNode(["--input-type=module-typescript", "--eval", program], { env: { ...process.env, TMPDIR: folder }, deadlineMs: 60_000, onStdout: (text, child) => {
    url = text;
    child.kill("SIGKILL");
  } });
  expect(await outcome).toMatchObject({ signal: "SIGKILL", stderr: "" });
  await until(async () => !(await answers(Number(new URL(url).port))));
  await until(() => readdirSync(folder).length === 0);
  rmdirSync(folder);
});

test("a server that does not answer: one line, exit code 1", { tags: ["deep"] }, async () => {
  const { code, stderr } = await warren(["node", MODULE, "--servers", "127.0.0.1:9"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^warren: no NATS server answers at 127\.0\.0\.1:9 .*--servers\n$/);
});

test("warren, and commands that run on one machine, load nothing of warren/net", async () => {
  const hook = 'import { registerHooks } from "node:module"; registerHooks({ load: (url, context, next) => { if (/src\\/net\\/|@nats-io/.test(url)) process.stderr.write(url); return next(url, context); } });';
  const node = ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
  expect(await warren(["list"], { node: [...node, "--import", "./src/index.ts"] })).toMatchObject({ code: 0, stderr: "" });
  expect((await warren(["net", "status", "--servers", "127.0.0.1:9", "--name", "x"], { node })).stderr).toContain("src/net/link/options.ts");
});
