// @module-tag deep
/** `warren watch` as a user calls it: a process of its own. No assertion on how long anything took. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync, chmodSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Message, Recording } from "../../../src/lab/watch/protocol.ts";
import { beginNode } from "../../node-process.ts";
import { warren } from "../warren-process.ts";

const folder = mkdtempSync(join(tmpdir(), "warren-watch-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("what cannot be obeyed: one line, and nothing runs", () => {
  test.each([
    [["gofers"], 2, 'warren: watch: "gofers" is not one of gophers, balance, replicas, sieve — did you mean gophers?\n'],
    [["--designs", "G12"], 2, 'warren: --designs: "G12" is not one of G1, G2, G3, G4, G5, G6, G7, G8, G9, G10, G11\n'],
    [["--port", "70000"], 2, 'warren: --port: "70000" is not an integer from 0 to 65535\n'],
    [["--record", "/nowhere/talk.html"], 2, 'warren: --record: "/nowhere/talk.html" cannot be written: no such file or directory\n'],
    [["--prot", "1"], 2, "warren: unknown option '--prot' — did you mean --port? (see warren watch --help)\n"],
    [["gophers", "sieve"], 2, "warren: too many arguments for 'watch'. Expected 1 argument but got 2: gophers, sieve. (see warren watch --help)\n"],
  ])("%j", async (args, code, stderr) => {
    expect(await warren(["watch", "--no-open", ...args])).toEqual({ code, stdout: "", stderr });
  });

  test("a port that another program uses", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await warren(["watch", "--no-open", "--port", String(port)]);
    other.close();
    expect([code, stdout, stderr]).toEqual([1, "", `warren: --port: port ${port} is in use by another program: choose another one, or 0 for any that is free\n`]);
  });
});

/** A watch that runs: its address, and how it ends. */
function begun(args: readonly string[], environment: NodeJS.ProcessEnv = {}): { readonly address: Promise<string>; readonly end: () => Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> } {
  const { PATH, HOME } = process.env;
  const { child, outcome } = beginNode(["src/cli/main.ts", "watch", ...args], { env: { PATH, HOME, ...environment }, deadlineMs: 120_000 });
  const address = new Promise<string>((resolve) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const found = /http:\/\/\S+/.exec(text)?.[0];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    address,
    end: async () => {
      child.kill("SIGINT");
      return outcome;
    },
  };
}

/** A page without a browser: the cookie, and the stream of messages. */
async function connect(address: string): Promise<{ readonly cookie: string; readonly messages: AsyncGenerator<Message> }> {
  const entered = await fetch(address, { redirect: "manual" });
  const cookie = (entered.headers.get("set-cookie") as string).split(";")[0] as string;
  const events = await fetch(new URL("/events", address), { headers: { cookie, "sec-fetch-site": "same-origin" } });
  return { cookie, messages: messagesOf(events.body as ReadableStream<Uint8Array>) };
}

async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const parts = text.split("\n\n");
    text = parts.pop() as string;
    for (const part of parts) {
      const data = part.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice("data:".length)).join("\n");
      if (data !== "") yield JSON.parse(data) as Message;
    }
  }
}

function ask(address: string, cookie: string, command: unknown): Promise<Response> {
  const { origin } = new URL(address);
  return fetch(new URL("/command", address), { method: "POST", headers: { cookie, origin, "content-type": "application/json", "sec-fetch-site": "same-origin" }, body: JSON.stringify(command) });
}

test("the first page starts the first run; it can be stopped and another started; Ctrl-C ends all with exit code 0", async () => {
  const watched = begun(["--no-open", "--unit", "100ms"]);
  const address = await watched.address;
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
  const { cookie, messages } = await connect(address);
  const runs: string[] = [];
  let hasAsked = false;
  const choice = { program: "gophers", design: "G1", world: "wait", threads: 1, carts: null };
  for await (const message of messages) {
    if (message.kind === "run") runs.push(message.choice.design);
    // Once: a second start could come before the second run has begun, which then never begins.
    if (message.kind === "events" && message.marks.length > 0 && !hasAsked) {
      hasAsked = true;
      expect((await ask(address, cookie, { do: "start", choice: { ...choice, program: "sieve", threads: 64 } })).status).toBe(409);
      expect((await ask(address, cookie, { do: "start", choice })).status).toBe(200);
    }
    if (message.kind === "events" && message.marks.length > 0 && message.run === 2) expect((await ask(address, cookie, { do: "stop" })).status).toBe(200);
    if (message.kind === "end" && message.run === 2) {
      expect(message.stopped).toBe(true);
      break;
    }
  }
  expect(runs).toEqual(["G6", "G1"]);
  const recording = await fetch(new URL("/recording", address), { headers: { cookie, "sec-fetch-site": "same-origin" } });
  expect(recordingIn(await recording.text()).messages[0]).toMatchObject({ kind: "run", run: 2 });
  const { code, stdout, stderr } = await watched.end();
  expect([code, stdout, stderr]).toEqual([0, `${address}\n`, "Open this address in a browser of this machine. Ctrl-C ends it.\n"]);
});

test("Ctrl-C before any page has come, and while a run is on", async () => {
  const lonely = begun(["--no-open"]);
  await lonely.address;
  expect((await lonely.end()).code).toBe(0);
  const busy = begun(["--no-open", "--world", "cpu"]);
  const { messages } = await connect(await busy.address);
  for await (const message of messages) if (message.kind === "events" && message.marks.length > 0) break;
  expect(await busy.end()).toMatchObject({ code: 0, stderr: "Open this address in a browser of this machine. Ctrl-C ends it.\n" });
});

test("the browser is opened with an address of its own, or a line says why not", async () => {
  const opener = join(folder, "xdg-open");
  const asked = join(folder, "asked");
  writeFileSync(opener, `#!/bin/sh\necho "$1" > ${asked}.tmp && mv ${asked}.tmp ${asked}\n`);
  chmodSync(opener, 0o755);
  const opening = begun([], { PATH: `${folder}:${process.env["PATH"]}`, DISPLAY: ":0" });
  const address = await opening.address;
  while (!existsSync(asked)) await new Promise((resolve) => setTimeout(resolve, 20));
  const opened = readFileSync(asked, "utf8").trim();
  expect([new URL(opened).host, opened === address]).toEqual([new URL(address).host, false]);
  expect((await opening.end()).code).toBe(0);
  const without = begun([], { CI: "1" });
  await without.address;
  expect((await without.end()).stderr).toContain("no browser is opened in CI\n");
});

function recordingIn(page: string): Recording {
  return JSON.parse(/<script type="application\/json" id="warren-recording">(.*?)<\/script>/s.exec(page)?.[1] as string) as Recording;
}

describe("--record", () => {
  test("writes one run as a page that needs no server", async () => {
    const path = join(folder, "sieve.html");
    const { code, stdout, stderr } = await warren(["watch", "sieve", "--threads", "1", "--record", path]);
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain(`wrote ${path}: open it in a browser\n`);
    const { schema, messages, welcome } = recordingIn(readFileSync(path, "utf8"));
    expect([schema, welcome.choice.program]).toEqual(["warren-watch/1", "sieve"]);
    expect(messages.map(({ kind }) => kind).filter((kind, k, all) => kind !== all[k - 1])).toEqual(["run", "events", "end", "state"]);
  });

  test("writes a prediction if there are not so many cores; -q says nothing", async () => {
    const path = join(folder, "predicted.html");
    expect(await warren(["watch", "--world", "cpu", "--threads", "64", "--record", path, "-q"])).toEqual({ code: 0, stdout: "", stderr: "" });
    const { messages } = recordingIn(readFileSync(path, "utf8"));
    expect(messages.map(({ kind }) => kind)).toEqual(["foreseen", "state"]);
  });

  test("that is interrupted writes nothing", async () => {
    const path = join(folder, "never.html");
    const { code, stderr } = await warren(["watch", "--record", path], { onStderr: (text, interrupt) => {
      if (text.includes("Four gophers")) interrupt();
    } });
    expect(code).toBe(130);
    expect(stderr).toContain(`warren: interrupted: ${path} was not written\n`);
    expect(existsSync(path)).toBe(false);
  });
});
