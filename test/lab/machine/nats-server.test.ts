/** Servers of this machine: which one is found, and what answers. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { answers, findServer, startServer } from "../../../src/lab/machine/nats-server.ts";

const folder = mkdtempSync(join(tmpdir(), "warren-local-server-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("findServer looks in the folders in turn, for a program that can be run", () => {
  expect(findServer(["", folder])).toBeUndefined();
  writeFileSync(join(folder, "nats-server"), "#!/bin/sh\necho 'no space left' >&2\nexit 3\n", { mode: 0o600 });
  if (process.getuid?.() !== 0) expect(findServer([folder])).toBeUndefined();
});

test("a server that ends is reported with its last line", async () => {
  const program = join(folder, "failing");
  writeFileSync(program, "#!/bin/sh\necho starting >&2\necho 'no space left' >&2\nexit 3\n", { mode: 0o700 });
  await expect(startServer(program)).rejects.toThrow("nats-server did not start: no space left");
  await expect(startServer(join(folder, "absent"))).rejects.toThrow(/nats-server did not start: .*absent/);
});

test("answers: something that speaks as a NATS server does", async () => {
  for (const [says, expected] of [["INFO {}\r\n", true], ["HTTP/1.1 200\r\n", false], [null, false]] as const) {
    const server = createServer((socket) => (says === null ? socket.destroy() : socket.end(says)));
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    expect(await answers(port), String(says)).toBe(expected);
    await new Promise((resolve) => {
      server.close(resolve);
    });
    expect(await answers(port)).toBe(false);
  }
});
