/** The recipes of docs/services.md that need no other package: they have no type errors, and the service ends as the page says. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { beginNode } from "../node-process.ts";
import { until } from "../runtime/until.ts";
import { blocksOf, makeFolder, removeFolder, typeErrors, writeProgram } from "./page.ts";

const NAMES = new Set(["tasks.ts", "service.ts", "server.ts", "cluster.ts"]);

let folder: string;
beforeAll(() => {
  folder = makeFolder();
  for (const { text } of blocksOf("docs/services.md")) {
    const [first, name] = /^\/\/ (\S+)\n/.exec(text) ?? [""];
    if (name !== undefined && NAMES.has(name)) writeProgram(folder, name, text.slice(first.length));
  }
});
afterAll(() => {
  removeFolder(folder);
});

test("they have no type errors", { tags: ["deep"] }, async () => {
  expect(await typeErrors(folder)).toBe("");
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const answers = (url: string): Promise<boolean> => fetch(url).then(({ ok }) => ok, () => false);

test.each(["server.ts", "cluster.ts"])("%s: on SIGTERM what is in progress is answered, and the exit code is 0", { tags: ["deep"] }, async (name) => {
  const port = await freePort();
  const root = `http://127.0.0.1:${port}`;
  const { child, outcome } = beginNode([`${folder}/${name}`], { env: { ...process.env, PORT: `${port}`, THREADS: "1" }, deadlineMs: 100_000 });
  await until(() => answers(`${root}/metrics`));
  // There are always four, so that one is in progress when it is looked at.
  let isEnding = false;
  const asking = Array.from({ length: 4 }, async (_, k) => {
    while (!isEnding) expect(await (await fetch(`${root}/${k}`)).text()).toMatch(/^[\da-f]{64}$/);
  });
  const started = async (): Promise<number> => {
    const text = await (await fetch(`${root}/metrics`)).text();
    return Number(/warren_tasks\{thread="0"\} (\d+)/.exec(text)?.[1]);
  };
  // A cluster shares the requests out, so a page of metrics has those of one process.
  await until(async () => (await started()) > 0);
  isEnding = true;
  child.kill("SIGTERM");
  // What had not reached it is refused.
  for (const asked of await Promise.allSettled(asking)) if (asked.status === "rejected") expect(asked.reason).toMatchObject({ message: "fetch failed" });
  expect(await outcome).toMatchObject({ code: 0, signal: null, hung: false });
  expect(await answers(root)).toBe(false);
});
