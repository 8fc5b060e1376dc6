/** Attempts to get in. Each is answered with an error, and nothing is started: the program is told no command. */
import { connect } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ask, exchange, opened, START, type Asked, type Opened } from "./served.ts";

const EVIL = "http://evil.test";

/** The whole of an attempt: what comes back, and that nothing was started. */
async function attempt(site: Opened, asked: Asked): Promise<string> {
  const { status, headers, body } = await ask(site.server.port, asked);
  expect(site.commands).toEqual([]);
  expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
  return `${status} ${body.trim()}`;
}

/** A command that would be obeyed, with changes; `null` leaves a header out. */
function command({ own }: Opened, changes: Readonly<Record<string, string | null>> = {}, body: string | Buffer = START): Asked {
  return { method: "POST", path: "/command", headers: Object.fromEntries(Object.entries({ ...own, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null)), body };
}

test("with everything right a command is obeyed: the attempts below fail by what they change", async () => {
  const site = await opened();
  expect(await ask(site.server.port, command(site))).toMatchObject({ status: 200, body: '{"ok":true}' });
  expect(site.commands).toEqual([JSON.parse(START)]);
});

describe("the name (DNS rebinding)", () => {
  test.each(["evil.test", "evil.test:PORT", "127.0.0.1", "127.0.0.1:1", "127.0.0.2:PORT", "0.0.0.0:PORT", "localhost.evil.test:PORT", "evil.localhost:PORT", "user@127.0.0.1:PORT", "127.0.0.1:PORT.evil.test", "[::]:PORT", "127.1:PORT", "2130706433:PORT", ""])("Host: %s", async (name) => {
    const site = await opened();
    const host = name.replace("PORT", String(site.server.port));
    const refused = expect.stringMatching(/^421 .*this server answers only to 127\.0\.0\.1, localhost and \[::1\], each with its port/i);
    expect(await attempt(site, { ...command(site), host })).toEqual(refused);
    expect(await attempt(site, { path: "/events", headers: site.own, host })).toEqual(refused);
    expect(await attempt(site, { path: new URL(site.server.url).search.replace("?", "/?"), host })).toEqual(refused);
  });

  test.each(["127.0.0.1", "localhost", "[::1]"])("%s is ours", async (name) => {
    const site = await opened();
    expect(await ask(site.server.port, { host: `${name}:${site.server.port}`, headers: { cookie: site.cookie } })).toMatchObject({ status: 200 });
  });

  test("two Host headers, none, and HTTP/1.0 without one", async () => {
    const { server, cookie, commands } = await opened();
    const own = `127.0.0.1:${server.port}`;
    expect((await exchange(server.port, `GET / HTTP/1.1\r\nHost: ${own}\r\nHost: evil.test\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`)).status).toBe(421);
    expect((await exchange(server.port, `GET / HTTP/1.1\r\nCookie: ${cookie}\r\n\r\n`)).status).toBe(400);
    expect((await exchange(server.port, `GET / HTTP/1.0\r\nCookie: ${cookie}\r\n\r\n`)).status).toBe(421);
    expect(commands).toEqual([]);
  });
});

describe("the secret", () => {
  afterEach(() => void vi.useRealTimers());
  const entry = (url: string): string => new URL(url).search.replace("?", "/?");

  test.each(["/", "/events", "/recording", "/nothing", "/?token=", "/?token=AAAAAAAAAAAAAAAAAAAAAA", "/?token=../..", "/?token"])("no cookie: GET %s", async (path) => {
    const site = await opened();
    expect(await attempt(site, { path })).toMatch(/^403 .*Open the address that warren watch printed in the terminal/is);
  });

  test("a command without a cookie, with a wrong one, with the token as one, with that of another port", async () => {
    const [site, other] = [await opened(), await opened()];
    const [name] = site.cookie.split("=");
    const token = new URL(site.server.url).searchParams.get("token") as string;
    for (const cookie of [null, "", `${name}=`, `${name}=AAAAAAAAAAAAAAAAAAAAAA`, `${name}=${token}`, other.cookie, `${name}=${other.cookie.split("=")[1]}`, `x${site.cookie}`, site.cookie.slice(0, -1), `${site.cookie}A`, site.cookie.toUpperCase()]) {
      expect(await attempt(site, command(site, { cookie }))).toContain("403 ");
    }
    expect(await attempt(site, { ...command(site, { cookie: null }), path: `/command?token=${token}` })).toContain("403 ");
    expect(await attempt(site, { path: `/events?token=${token}` })).toContain("403 ");
  });

  test("the address of the terminal becomes a cookie and an address without a secret, for every browser", async () => {
    const { server, cookie } = await opened();
    const token = new URL(server.url).searchParams.get("token") as string;
    expect(Buffer.from(token, "base64url")).toHaveLength(16);
    const { status, headers, body } = await ask(server.port, { path: entry(server.url) });
    expect([status, headers["location"], headers["set-cookie"], body]).toEqual([303, "/", `${cookie}; Path=/; HttpOnly; SameSite=Strict`, ""]);
    expect(cookie).toMatch(new RegExp(`^warren-${server.port}=[\\w-]{22}$`));
    expect(cookie).not.toContain(token);
    const { body: page } = await ask(server.port, { headers: { cookie: `other=1; ${cookie.split("=")[0]}=tossed; ${cookie}` } });
    expect(page).toBe("<!doctype html><title>page</title>");
  });

  test("two servers have nothing in common", async () => {
    const [one, two] = [await opened(), await opened()];
    expect(new Set([one.server.url, two.server.url, one.server.ticketUrl(), one.server.ticketUrl()].map((url) => new URL(url).search)).size).toBe(4);
    expect((await ask(two.server.port, { path: entry(one.server.url) })).status).toBe(403);
  });

  test("the address that is handed to a browser is good once, until the next one, and for a minute", async () => {
    const { server, cookie } = await opened();
    const [older, newer] = [entry(server.ticketUrl()), entry(server.ticketUrl())];
    const enter = async (path: string, headers = {}): Promise<number> => (await ask(server.port, { path, headers })).status;
    expect([await enter(older), await enter(newer), await enter(newer)]).toEqual([403, 303, 403]);
    // With the cookie that it was exchanged for, a reload is fine.
    expect(await enter(newer, { cookie })).toBe(303);
    vi.useFakeTimers({ toFake: ["performance"] });
    const late = entry(server.ticketUrl());
    vi.advanceTimersByTime(60_000);
    expect([await enter(late), await enter(late), await enter(entry(server.url))]).toEqual([403, 403, 303]);
  });
});

describe("foreign pages", () => {
  test.each([
    ["a foreign Origin", { origin: EVIL }],
    ["no Origin", { origin: null }],
    ["Origin: null, of a sandboxed frame or a file", { origin: "null" }],
    ["our Origin with https", { origin: "https://127.0.0.1:PORT" }],
    ["another of our own names", { origin: "http://localhost:PORT" }],
    ["another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["two Origins", { origin: "http://127.0.0.1:PORT, http://evil.test" }],
    ["Sec-Fetch-Site: cross-site", { "sec-fetch-site": "cross-site" }],
    ["Sec-Fetch-Site: same-site, another port", { "sec-fetch-site": "same-site" }],
    ["Sec-Fetch-Site: none", { "sec-fetch-site": "none" }],
  ])("a command with %s", async (_, changes: Record<string, string | null>) => {
    const site = await opened();
    const port = String(site.server.port);
    const headers = Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value?.replace("PORT", port) ?? null]));
    expect(await attempt(site, command(site, headers))).toMatch(/^403 \{"ok":false,"text":"(the request comes from another page|a command needs the header Origin)"\}$/);
  });

  test.each([
    ["/events", { origin: EVIL }], ["/events", { "sec-fetch-site": "cross-site" }], ["/events", { "sec-fetch-site": "same-site" }], ["/events", { "sec-fetch-site": "none" }],
    ["/recording", { origin: EVIL }], ["/recording", { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" }],
    ["/", { "sec-fetch-site": "cross-site", "sec-fetch-dest": "iframe" }], ["/", { "sec-fetch-site": "same-site", "sec-fetch-dest": "script" }], ["/", { "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" }], ["/", { origin: "null" }],
  ])("GET %s with %j", async (path, headers: Record<string, string>) => {
    const site = await opened({ recording: () => "secret", snapshot: () => expect.unreachable() });
    expect(await attempt(site, { path, headers: { cookie: site.cookie, ...headers } })).toMatch(/^403 .*the request comes from another page/is);
    expect(site.server.viewers).toBe(0);
  });

  test("a link to the page works; a client without Sec-Fetch-Site, too", async () => {
    const { server, cookie, own, commands } = await opened();
    expect((await ask(server.port, { headers: { cookie, "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" } })).status).toBe(200);
    expect((await ask(server.port, { headers: { cookie } })).status).toBe(200);
    const { "sec-fetch-site": _, ...old } = own;
    expect((await ask(server.port, { method: "POST", path: "/command", headers: old, body: '{"do":"stop"}' })).status).toBe(200);
    expect(commands).toEqual([{ do: "stop" }]);
  });

  test("a preflight gets no permission", async () => {
    const site = await opened();
    expect(await attempt(site, { method: "OPTIONS", path: "/command", headers: { origin: EVIL, "access-control-request-method": "POST", "access-control-request-private-network": "true" } })).toMatch(/^405 /);
  });
});

describe("commands that are none", () => {
  test.each([null, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-8", "Application/JSON", "application/json, text/plain", ""])("Content-Type: %s", async (type) => {
    const site = await opened();
    expect(await attempt(site, command(site, { "content-type": type }))).toBe('415 {"ok":false,"text":"a command must have the type application/json"}');
  });

  test.each([["5 KiB", 5 * 1024], ["one byte too many", 4097], ["64 MB", 64_000_000]])("a body of %s", async (_, bytes) => {
    const site = await opened();
    const padded = Buffer.alloc(bytes, " ");
    padded.write(START);
    const reply = await ask(site.server.port, command(site, {}, padded));
    expect(site.commands).toEqual([]);
    // A client that still sends when the server hangs up may not read the answer.
    if (bytes < 1_000_000) expect(reply).toMatchObject({ status: 413, body: '{"ok":false,"text":"a command has at most 4096 bytes"}' });
    expect((await ask(site.server.port, { headers: { cookie: site.cookie } })).status).toBe(200);
  });

  test("4096 bytes are not too many", async () => {
    const site = await opened();
    expect((await ask(site.server.port, command(site, {}, START.padEnd(4096)))).status).toBe(200);
    expect(site.commands).toHaveLength(1);
  });

  test("a body in chunks without a length", async () => {
    const { server, own, commands } = await opened();
    const head = `POST /command HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${Object.entries(own).map(([name, value]) => `${name}: ${value}\r\n`).join("")}Transfer-Encoding: chunked\r\n\r\n`;
    const { status } = await exchange(server.port, head + `400\r\n${" ".repeat(1024)}\r\n`.repeat(5));
    expect([status, commands]).toEqual([413, []]);
  });

  test("a command whose connection is cut in the middle, a length with chunks (smuggling), two lengths", async () => {
    const { server, own, commands } = await opened();
    const head = `POST /command HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n${Object.entries(own).map(([name, value]) => `${name}: ${value}\r\n`).join("")}`;
    const socket = connect(server.port, "127.0.0.1");
    await new Promise<void>((resolve) => socket.write(`${head}Content-Length: 200\r\n\r\n${START}`, () => resolve()));
    socket.resetAndDestroy();
    expect((await exchange(server.port, `${head}Content-Length: ${START.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).status).toBe(400);
    expect((await exchange(server.port, `${head}Content-Length: ${START.length}\r\nContent-Length: 3\r\n\r\n${START}`)).status).toBe(400);
    await ask(server.port);
    expect(commands).toEqual([]);
  });

  test.each([
    ["nothing", "", "the command is not JSON"],
    ["half of it", START.slice(0, -2), "the command is not JSON"],
    ["a byte-order mark", `\u{FEFF}${START}`, "the command is not JSON"],
    ["not UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22]), "the command is not text in UTF-8"],
    ["nesting", "[".repeat(4000), "the command is not JSON"],
    ["another command", '{"do":"exec"}', 'do: "exec" is not one of start, stop'],
    ["a path", '{"do":"stop","path":"/etc/passwd"}', 'the command: "path" is not one of its fields, which are do'],
    ["too many threads", START.replace('"threads":2', '"threads":17'), "threads: 17 is not an integer from 1 to 16"],
  ])("%s", async (_, body: string | Buffer, text) => {
    const site = await opened();
    expect(await attempt(site, command(site, {}, body))).toBe(`400 ${JSON.stringify({ ok: false, text })}`);
  });

  test("what the program does not take is answered with its line", async () => {
    const { server, own } = await opened({ reply: { ok: false, text: "a run goes on: stop it first" } });
    expect(await ask(server.port, { method: "POST", path: "/command", headers: own, body: START })).toMatchObject({ status: 409, body: '{"ok":false,"text":"a run goes on: stop it first"}' });
  });
});

describe("odd requests", () => {
  test.each([
    ["../../etc/passwd", 400], ["/../../etc/passwd", 404], ["/..", 404], ["/%2e%2e/%2e%2e/etc/passwd", 400], ["/..%2fetc/passwd", 400], ["/..\\..\\etc", 400], ["//evil.test/", 404], ["/./", 404], ["/events/", 404], ["/Events", 404], ["/index.html", 404], ["/favicon.ico", 404],
    ["http://evil.test/", 400], ["http://127.0.0.1:PORT/", 400], ["*", 400], ["/\u0000", 400], ["/a\u0000b", 400], ["/%00", 400], ["/é", 400], ["/#x", 400], ["/events;x=1", 400], [`/${"a".repeat(8000)}`, 404], [`/${"a".repeat(100_000)}`, 431], ["file:///etc/passwd", 400], ["/proc/self/environ", 404],
  ])("GET %j", async (path, status) => {
    const site = await opened();
    expect(await attempt(site, { path: path.replace("PORT", String(site.server.port)), headers: { cookie: site.cookie } })).toMatch(new RegExp(`^${status} ?`));
  });

  test.each(["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH"])("%s", async (method) => {
    const site = await opened();
    expect(await attempt(site, { method, path: "/command", headers: site.own, body: START })).toMatch(/^405 /);
    expect((await ask(site.server.port, { method, headers: site.own })).headers["allow"]).toBe("GET, POST");
  });

  test("the method of another route", async () => {
    const site = await opened();
    for (const [method, path, allow] of [["GET", "/command", "POST"], ["POST", "/", "GET"], ["POST", "/events", "GET"], ["POST", "/recording", "GET"]] as const) {
      const { status, headers } = await ask(site.server.port, { method, path, headers: site.own, body: START });
      expect([path, status, headers["allow"]]).toEqual([path, 405, allow]);
    }
    expect(site.commands).toEqual([]);
  });

  test("an upgrade, CONNECT, what is no HTTP", async () => {
    const { server, own, commands } = await opened();
    const upgrade = { upgrade: "websocket", connection: "Upgrade", "sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==" };
    expect(await ask(server.port, { path: "/events", headers: { ...own, ...upgrade } })).toMatchObject({ status: 400, body: "a change of protocol is refused\n" });
    expect((await exchange(server.port, `CONNECT evil.test:443 HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)).raw).toBe("");
    expect((await exchange(server.port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).status).toBeGreaterThanOrEqual(400);
    expect((await exchange(server.port, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]))).status).toBe(400);
    expect(commands).toEqual([]);
  });

  test("headers that are too long", async () => {
    const site = await opened();
    expect(await attempt(site, command(site, { "x-long": "x".repeat(100_000) }))).toMatch(/^431 /);
    expect((await ask(site.server.port, { headers: { cookie: site.cookie } })).status).toBe(200);
  });
});

describe("answers", () => {
  test("every one has the headers that keep it where it belongs, and none permits other origins", async () => {
    const site = await opened({ recording: () => "<title>run</title>" });
    const { port } = site.server;
    const cookie = { cookie: site.cookie };
    const replies = await Promise.all([
      ask(port, { headers: cookie }), ask(port), ask(port, { path: "/recording", headers: cookie }), ask(port, { path: "/x", headers: cookie }), ask(port, { host: "evil.test" }),
      ask(port, { path: new URL(site.server.url).search.replace("?", "/?") }), ask(port, { method: "POST", path: "/command", headers: site.own, body: "{}" }), ask(port, { method: "PUT" }),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([200, 403, 200, 404, 421, 303, 400, 405]);
    for (const { headers } of replies) {
      expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-resource-policy": "same-origin", "cache-control": "no-store" });
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
    }
    expect(replies[0]?.headers["content-security-policy"]).toBe("default-src 'none'; connect-src 'self', frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    expect(replies[2]?.headers["content-disposition"]).toBe('attachment; filename="warren-watch.html"');
  });

  test("before the first run there is no recording", async () => {
    const { server, cookie } = await opened();
    expect(await ask(server.port, { path: "/recording", headers: { cookie } })).toMatchObject({ status: 404, body: "there is no recording yet: nothing has run\n" });
  });
});
