/** Process managers, and the end of a process by a signal. */
import type { Case } from "../case.ts";
import { PRINTED, program } from "../programs/programs.ts";

/** Starts a program under pm2 as a user does, waits until it has printed something or ended, prints its logs, and ends pm2. */
const PM2 = `import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
const [, , ...options] = process.argv;
process.env.PM2_HOME = process.cwd() + "/.pm2";
const pm2 = (...args) => execFileSync("pm2", args, { encoding: "utf8" });
try {
  pm2("start", "program.mjs", "--no-autorestart", "--merge-logs", "--output", "out.log", "--error", "error.log", ...options);
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 200) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (["out.log", "error.log"].some((log) => existsSync(log) && statSync(log).size > 0)) break;
    const states = JSON.parse(pm2("jlist")).map(({ pm2_env }) => pm2_env.status);
    if (states.every((state) => state !== "online" && state !== "launching")) break;
  }
  for (const [log, stream] of [["out.log", process.stdout], ["error.log", process.stderr]]) if (existsSync(log)) stream.write(readFileSync(log, "utf8"));
} finally {
  pm2("kill");
}
`;
/** In cluster mode pm2 keeps a process until it exits. */
const ENDING = program().replace("console.log(JSON.stringify(result)))", "{ console.log(JSON.stringify(result)); setTimeout(() => process.exit(0), 200); })");
const META = program({ guard: "import.meta.main" });

const CLUSTER = `import cluster from "node:cluster";
import { createServer, get } from "node:http";
import { threadId } from "node:worker_threads";
import { isMain, start, task } from "warren";
export const where = task(import.meta, "where", async (n) => [n * n, threadId]);
if (isMain(import.meta) && cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const ports = await Promise.all(workers.map((worker) => new Promise((resolve) => worker.on("message", resolve))));
  const answers = await Promise.all(workers.map(() => new Promise((resolve) => get({ port: ports[0], agent: false }, async (response) => { let text = ""; for await (const part of response) text += part; resolve(JSON.parse(text)); }))));
  for (const worker of workers) worker.kill();
  console.log(JSON.stringify(answers));
} else if (isMain(import.meta)) {
  const rt = await start({ threads: 2 });
  const server = createServer(async (request, response) => {
    const [a, b] = await Promise.all([rt.spawn.on(0)(where, 2), rt.spawn.on(1)(where, 3)]);
    response.end(JSON.stringify({ sum: a[0] + b[0], threads: new Set([a[1], b[1]]).size }));
  });
  server.listen(0, () => process.send(server.address().port));
}
`;

/** A request is in progress when the signal comes: it is answered, and then the process ends by itself. */
const DRAINING = `import { spawn } from "node:child_process";
import { createServer, get } from "node:http";
import { isMain, sleep, start, task } from "warren";
export const slow = task(import.meta, "slow", async () => { await sleep(1_000); return "done"; });
if (isMain(import.meta) && process.argv[2] === "server") {
  const rt = await start({ threads: 2 });
  const server = createServer(async (request, response) => response.end(await rt.spawn(slow)));
  server.listen(0, () => process.send(server.address().port));
  process.on("SIGTERM", async () => {
    server.close();
    await rt.stop({ drainMs: 10_000 });
    process.disconnect();
  });
} else if (isMain(import.meta)) {
  const child = spawn(process.execPath, ["program.mjs", "server"], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.on("message", (port) => {
    get({ port, agent: false }, async (response) => {
      let answer = "";
      for await (const part of response) answer += part;
      child.on("exit", (code, signal) => console.log(JSON.stringify({ answer, code, signal })));
    });
    setTimeout(() => child.kill("SIGTERM"), 300);
  });
}
`;

export const SERVICES: readonly Case[] = [
  { id: "pm2-fork", section: "Process managers and signals", group: "services", what: "pm2, fork mode, `isMain`", files: { "program.mjs": program(), "drive.mjs": PM2 }, steps: ["node drive.mjs"], expected: { json: PRINTED }, isSmall: true },
  { id: "pm2-cluster", section: "Process managers and signals", group: "services", what: "pm2, cluster mode, `isMain`", files: { "program.mjs": ENDING, "drive.mjs": PM2 }, steps: ["node drive.mjs -i 1"], expected: { json: PRINTED } },
  { id: "pm2-meta-main", section: "Process managers and signals", group: "services", what: "pm2, `import.meta.main`", files: { "program.mjs": META, "drive.mjs": PM2 }, steps: ["node drive.mjs"], expected: { stdout: /^$/, stderr: /WARREN_NOT_STARTED.*isMain\(import\.meta\)/s }, right: "clear error", remark: "`WARREN_NOT_STARTED`, in pm2's error log" },
  { id: "node-cluster", section: "Process managers and signals", group: "plain", what: "node:cluster, a runtime for each process", files: { "program.mjs": CLUSTER }, steps: ["node program.mjs"], expected: { json: [{ sum: 13, threads: 2 }, { sum: 13, threads: 2 }] }, remark: "on a thread `cluster.isPrimary` is true: ask `isMain` first" },
  { id: "sigterm", section: "Process managers and signals", group: "plain", what: "SIGTERM with `stop({ drainMs })` during a request", files: { "program.mjs": DRAINING }, steps: ["node program.mjs"], expected: { json: { answer: "done", code: 0, signal: null } }, remark: "the request is answered" },
];
