/**
 * docs/net.md: its programs type-check, and print what the page says with a real server;
 * its ten minutes go as it says, with a worker that is killed.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { join } from "node:path";
import { ROOT } from "../structure/sources.ts";
import { beginNode } from "../node-process.ts";
import { noServer, startServer, titled } from "../net/with-server.ts";
import { until } from "../runtime/until.ts";
import { onThreads } from "../on-threads.ts";
import { blocksOf, makeFolder, pattern, programsOf, removeFolder, runNode, runPrograms, typeErrors, writeProgram } from "./page.ts";

const PAGE = "docs/net.md";
const programs = programsOf(PAGE);
/** The command that runs a node. */
const COMMAND = blocksOf(PAGE).find(({ language, text }) => language === "sh" && text.startsWith("npx warren node"))?.text ?? "";
/** Texts that the workers of the page get. */
const TEXTS = 20;

let folder: string;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => {
  removeFolder(folder);
});

/** A program of the page, for a server whose port is another one than the usual. */
const at = (text: string, url: string): string => text.replaceAll("join(rt, {", `join(rt, { servers: ${JSON.stringify(url)},`);

/** The blocks that begin with the name of a file, by that name. */
const files = new Map(blocksOf(PAGE).flatMap(({ text }) => {
  const [first, name] = /^\/\/ (\S+\.ts)\n/.exec(text) ?? [""];
  return name === undefined ? [] : [[name, text.slice(first.length)] as const];
}));

test("all its blocks type-check as a user's modules do", { tags: ["deep"] }, async () => {
  const blocks = blocksOf(PAGE).filter(({ language, text }) => language === "ts" && !/^\/\/ \S+\.ts\n/.test(text));
  expect(blocks.length).toBe(programs.length + 1);
  for (const [k, { text }] of blocks.entries()) writeProgram(folder, `block-${k}.ts`, text);
  for (const [name, text] of files) writeProgram(folder, name, text);
  expect(await typeErrors(folder)).toBe("");
});

describe.skipIf(noServer !== undefined)(titled("its programs"), () => {
  onThreads("on threads: %i", (threads) => {
    let printed: string[];
    beforeAll(async () => {
      await using server = await startServer();
      printed = await runPrograms(folder, programs.map(({ text }) => ({ text: at(text, server.url) })), threads);
    });
    test.each(programs.map(({ heading, printed: expected }, k) => [heading, expected, k] as const))("%s", (_heading, expected, k) => {
      expect(printed[k]).toMatch(pattern(expected));
    });
  });
});

describe.skipIf(noServer !== undefined)(titled("its ten minutes"), () => {
  test("three workers, one of them is killed, and no text is lost", { tags: ["deep"] }, async () => {
    await using server = await startServer();
    for (const [name, text] of files) writeProgram(folder, `words/${name}`, at(text, server.url));
    const printed = new Map<string, string>();
    const workers = ["one", "two", "three"].map((name) => beginNode([`${folder}/words/worker.ts`, name], { deadlineMs: 100_000, onStdout: (text) => printed.set(name, text) }));
    try {
      const sent = await runNode([`${folder}/words/send.ts`]);
      expect(sent).toMatchObject({ code: 0 });
      expect(sent.stdout).toMatch(/^\{ values: \d+, inHand: \d+, bytes: \d+, capacity: 10000 \}\n$/);
      await until(() => printed.has("two"), "worker two has begun");
      workers[1]?.child.kill("SIGKILL");
      const lines = (): string[] => [...printed.values()].flatMap((text) => text.trim().split("\n"));
      const texts = (): Set<string> => new Set(lines().map((line) => /text \d+/.exec(line)?.[0] ?? line));
      await until(() => texts().size === TEXTS, "all texts are printed");
      // What the worker had begun comes again, marked; the other value in its hand, which it had not begun, too.
      const begun = /text \d+/.exec((printed.get("two") as string).trim().split("\n").at(-1) as string)?.[0] as string;
      await until(() => lines().some((line) => line.endsWith(`: ${begun}, which another node may have begun`)), "the text that was begun comes again");
      const twice = lines().length - TEXTS;
      expect(twice).toBeLessThanOrEqual(2);
    } finally {
      for (const { child } of workers) child.kill("SIGKILL");
      await Promise.all(workers.map(({ outcome }) => outcome));
    }
  });

  test("a task on another node", { tags: ["deep"] }, async () => {
    await using server = await startServer();
    for (const [name, text] of files) writeProgram(folder, `call/${name}`, at(text, server.url));
    expect(await runNode([`${folder}/call/main.ts`])).toMatchObject({ code: 1, stderr: expect.stringContaining("ERR_NO_NODE") as string });
    let isServing = false;
    const [, ...command] = COMMAND.trim().split(" ").slice(1);
    const { child, outcome } = beginNode([join(ROOT, "src/cli/main.ts"), ...command, "--servers", server.url], { cwd: `${folder}/call`, deadlineMs: 100_000, onStderr: (text) => (isServing ||= text.includes("serves count")) });
    await until(() => isServing, "the node serves");
    expect(await runNode([`${folder}/call/main.ts`])).toEqual({ code: 0, stdout: "3\n", stderr: "" });
    child.kill("SIGTERM");
    expect(await outcome).toMatchObject({ code: 0, stderr: expect.stringContaining("draining") as string });
  });
});
