/** Which addresses the server listens on, and what it says if it cannot. */
import { createServer, Server, type ListenOptions } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { FileError } from "../../../src/cli/options/values.ts";
import { ask, opened } from "./served.ts";

const ALL = Object.values(networkInterfaces()).flatMap((list = []) => list);
const HAS_IPV6 = ALL.some(({ address }) => address === "::1");

afterEach(() => void vi.restoreAllMocks());

/** A port that another program uses on one address, until the test ends. */
async function taken(host: string): Promise<number> {
  const other = createServer();
  onTestFinished(() => void other.close());
  await new Promise<void>((resolve) => other.listen({ port: 0, host, ipv6Only: true }, resolve));
  return (other.address() as { port: number }).port;
}

/** Makes listening on ::1 fail so many times. */
function failing(code: string, times: number, host = "::1"): void {
  const listen = Server.prototype.listen;
  let left = times;
  vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server, ...args: unknown[]) {
    if ((args[0] as ListenOptions).host !== host || left-- <= 0) return Reflect.apply(listen, this, args) as Server;
    process.nextTick(() => this.emit("error", Object.assign(new Error(`listen ${code}: no`), { code })));
    return this;
  });
}

describe("the addresses", () => {
  test("both loopback addresses, with one port and one secret", async () => {
    const { server, cookie } = await opened();
    expect((await ask(server.port, { headers: { cookie } })).status).toBe(200);
    if (HAS_IPV6) expect((await ask(server.port, { headers: { cookie }, address: "::1", host: `[::1]:${server.port}` })).status).toBe(200);
  });

  test("no other address of this machine", async () => {
    const { server, cookie } = await opened();
    const others = ALL.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address);
    for (const address of [...others, "127.0.0.2"]) expect((await ask(server.port, { headers: { cookie }, address })).raw).toBe("");
  });

  test.skipIf(!HAS_IPV6)("another port if the same one of ::1 is in use", async () => {
    failing("EADDRINUSE", 3);
    const { server, cookie } = await opened();
    expect((await ask(server.port, { headers: { cookie }, address: "::1" })).status).toBe(200);
    expect((await ask(server.port, { headers: { cookie } })).status).toBe(200);
  });

  test.each(["EADDRNOTAVAIL", "EAFNOSUPPORT"])("127.0.0.1 alone where there is no IPv6: %s", async (code) => {
    failing(code, 1);
    const { server, cookie } = await opened();
    expect((await ask(server.port, { headers: { cookie } })).status).toBe(200);
    expect((await ask(server.port, { headers: { cookie }, address: "::1" })).raw).toBe("");
  });
});

describe("a port that cannot be used: one line, and nothing stays open", () => {
  test.skipIf(!HAS_IPV6).each(["127.0.0.1", "::1"])("in use on %s", async (host) => {
    const port = await taken(host);
    await expect(opened({ port })).rejects.toEqual(new FileError(`--port: port ${port} is in use by another program: choose another one, or 0 for any that is free`));
    // Of the two addresses, the free one was given back.
    const free = createServer();
    onTestFinished(() => void free.close());
    await new Promise<void>((resolve, reject) => free.once("error", reject).listen({ port, host: host === "::1" ? "127.0.0.1" : "::1", ipv6Only: true }, resolve));
  });

  test("by a warren watch that runs already", async () => {
    const { server } = await opened();
    await expect(opened({ port: server.port })).rejects.toThrow(`port ${server.port} is in use by another program`);
  });

  test("of which the user has no right, and another reason", async () => {
    failing("EACCES", 1, "127.0.0.1");
    await expect(opened({ port: 80 })).rejects.toEqual(new FileError("--port: port 80 cannot be used: this user may not open it"));
    failing("ENOBUFS", 1, "127.0.0.1");
    await expect(opened({ port: 80 })).rejects.toEqual(new FileError("--port: port 80 cannot be used: listen ENOBUFS: no"));
  });

  test("is free again after the end", async () => {
    const first = await opened();
    const { port } = first.server;
    await first.server.close();
    const second = await opened({ port });
    expect(second.server.port).toBe(port);
    // A page of the first one has no right to the second one.
    expect((await ask(port, { path: "/events", headers: { cookie: first.cookie } })).status).toBe(403);
  });
});
