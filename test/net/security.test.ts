/**
 * Who may connect, and to whom: real servers with each kind of credentials and with TLS.
 * What is wrong is refused with a code and what to do, and no secret is printed.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type Server, type Socket, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";
import { inspect } from "node:util";
import { nkeys } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Runtime, type WarrenError, formatDump, start, utf8 } from "../../src/index.ts";
import { type Credentials, type JoinOptions, type Net, join } from "../../src/net/index.ts";
import { thrown, until } from "../runtime/until.ts";
import { Operator } from "./accounts.ts";
import { Authority, noCertificates } from "./certificates.ts";
import { double } from "./tasks.ts";
import { type ServerSettings, noServer, startServer, titled, untilNodes } from "./with-server.ts";

let rt: Runtime;
let folder: string;
beforeAll(async () => {
  rt = await start({ threads: 1 });
  folder = mkdtempSync(pathOf(tmpdir(), "warren-security-"));
});
afterAll(async () => {
  await rt.stop();
  rmSync(folder, { recursive: true });
});

/** What the process has warned of in this test. */
let warnings: string[];
const warned = (warning: Error): void => void warnings.push(inspect(warning, { depth: Infinity, showHidden: true }));
beforeEach(() => {
  warnings = [];
  process.on("warning", warned);
});
afterEach(() => {
  process.off("warning", warned);
});

const joined = (options: Partial<JoinOptions>): Promise<Net> => join(rt, { name: "shop", timeoutMs: 2000, ...options });
const refused = async (call: () => unknown): Promise<WarrenError> => (await thrown(call)) as WarrenError;
const written = (name: string, text: string): string => {
  const file = pathOf(folder, name);
  writeFileSync(file, text);
  return file;
};
const textOf = (value: unknown): string => inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: Infinity, maxStringLength: Infinity });

/** All that a program can print of a connection, while a send waits. */
async function printed(net: Net): Promise<string> {
  const tracing = await rt.trace();
  const queue = await net.queue("printed", utf8);
  await queue.send("value");
  // The text of `net.dumps()` is made of these.
  const [dump, stats, nodes] = await Promise.all([rt.dump(), rt.stats(), net.nodes()]);
  const trace = await tracing.stop();
  return [net, queue, dump, formatDump(dump, stats), stats, nodes, trace, warnings].map(textOf).join("\n");
}

interface Case {
  readonly settings: ServerSettings;
  readonly right: Credentials;
  /** Each with its secret. */
  readonly wrong: readonly (readonly [Credentials | undefined, secret: string])[];
  /** What must not be printed. */
  readonly secret: string;
}

function seedOf(user: ReturnType<typeof nkeys.createUser>): string {
  return new TextDecoder().decode(user.getSeed());
}

const CASES: Readonly<Record<string, () => Case>> = {
  "a token": () => ({
    settings: { config: 'authorization { token: "hush-token" }' },
    right: { token: "hush-token" },
    wrong: [[{ token: "wrong-token" }, "wrong-token"], [{ user: "hush-token", pass: "wrong-pass" }, "wrong-pass"], [undefined, "hush-token"]],
    secret: "hush-token",
  }),
  "a user and a password": () => ({
    settings: { config: 'authorization { users: [{ user: "node", password: "hush-pass" }] }' },
    right: { user: "node", pass: "hush-pass" },
    wrong: [[{ user: "node", pass: "wrong-pass" }, "wrong-pass"], [{ user: "other", pass: "hush-pass" }, "hush-pass"], [{ token: "hush-pass" }, "hush-pass"], [undefined, "hush-pass"]],
    secret: "hush-pass",
  }),
  "a key (nkey)": () => {
    const [user, other] = [nkeys.createUser(), nkeys.createUser()];
    return {
      settings: { config: `authorization { users: [{ nkey: ${user.getPublicKey()} }] }` },
      right: { nkeySeed: seedOf(user) },
      wrong: [[{ nkeySeed: seedOf(other) }, seedOf(other)], [{ user: "node", pass: "wrong-pass" }, "wrong-pass"], [undefined, seedOf(user)]],
      secret: seedOf(user),
    };
  },
  "a file of credentials (operator mode)": () => {
    const [operator, other] = [new Operator(), new Operator()];
    const [ours, theirs, late] = [operator.credentials(), other.credentials(), operator.credentials(-10)];
    return {
      settings: { config: operator.config },
      right: { credsFile: written("ours.creds", ours.text) },
      wrong: [[{ credsFile: written("theirs.creds", theirs.text) }, theirs.seed], [{ credsFile: written("late.creds", late.text) }, late.seed], [undefined, ours.seed]],
      secret: ours.seed,
    };
  },
};

describe.skipIf(noServer !== undefined)(titled("credentials"), () => {
  test.each(Object.entries(CASES))("%s", async (_, make) => {
    const { settings, right, wrong, secret } = make();
    await using server = await startServer(settings);
    await using net = await joined({ servers: server.url, auth: right });
    expect(await printed(net)).not.toContain(secret);
    for (const [auth, hidden] of wrong) {
      const error = await refused(() => joined({ servers: server.url, auth }));
      expect(error).toMatchObject({ name: "WarrenError", code: "ERR_NET_REFUSED", details: { operation: "connect" } });
      expect(error.message).toContain("check the option auth of join");
      expect(textOf(error)).not.toContain(hidden);
    }
    expect(warnings).toEqual([]);
  });

  test("credentials for a server that wants none do no harm", async () => {
    await using server = await startServer();
    await using net = await joined({ servers: server.url, auth: { user: "node", pass: "hush-pass" } });
    expect(await printed(net)).not.toContain("hush-pass");
  });

  test("a file of credentials is read for each connection, so it can be renewed", { tags: ["deep"] }, async () => {
    const operator = new Operator();
    await using server = await startServer({ config: operator.config });
    const credsFile = written("renewed.creds", operator.credentials(2).text);
    await using net = await joined({ servers: server.url, auth: { credsFile } });
    writeFileSync(credsFile, operator.credentials().text);
    await until(() => !net.isUp, "the server ends the connection");
    await until(() => net.isUp, "there is a connection again");
    await (await net.queue("renewed", utf8)).send("value");
  });

  test("credentials that are no longer accepted end the connection, and the error says why", { tags: ["deep"] }, async () => {
    const operator = new Operator();
    await using server = await startServer({ config: operator.config });
    const { text, seed } = operator.credentials(3);
    await using net = await joined({ servers: server.url, auth: { credsFile: written("expires.creds", text) } });
    const queue = await net.queue("expires", utf8);
    const deliveries = await queue.deliveries();
    // Its deliveries close when the connection has ended for good.
    expect(await deliveries.recv()).toBeUndefined();
    const error = await refused(() => queue.send("value"));
    expect(error).toMatchObject({ code: "ERR_NET_CLOSED" });
    expect(error.message).toContain("the server does not accept the credentials");
    expect(textOf([error, warnings])).not.toContain(seed);
  });
});

describe.skipIf(noServer !== undefined || noCertificates !== undefined)(titled("TLS", noServer ?? noCertificates), () => {
  let ours: Authority;
  let theirs: Authority;
  let config: string;
  beforeAll(() => {
    ours = new Authority(folder, "ours");
    theirs = new Authority(folder, "theirs");
    const { cert, key } = ours.sign("server", "IP:127.0.0.1,DNS:localhost");
    config = `cert_file: ${JSON.stringify(cert)}, key_file: ${JSON.stringify(key)}`;
  });

  test("with an authority of one's own", async () => {
    await using server = await startServer({ config: `tls { ${config} }\nauthorization { token: "hush-token" }` });
    const auth = { token: "hush-token" };
    for (const servers of [`tls://${server.host}`, `tls://${server.host.replace("127.0.0.1", "localhost")}`, server.url]) {
      await using net = await joined({ servers, tls: { ca: ours.ca }, auth });
      expect(await printed(net)).not.toContain("hush-token");
    }
    for (const tls of [undefined, {}, { ca: theirs.ca }]) {
      const error = await refused(() => joined({ servers: `tls://${server.host}`, auth, ...(tls === undefined ? {} : { tls }) }));
      expect(error).toMatchObject({ name: "WarrenError", code: "ERR_NET_REFUSED", details: { operation: "connect" } });
      expect(error.message).toContain("check the option tls of join");
      expect(textOf([error, warnings])).not.toContain("hush-token");
    }
  });

  test("a certificate for another host is refused, also where the server is given as an address", async () => {
    for (const [subject, names, servers] of [["elsewhere", "DNS:elsewhere.example", "127.0.0.1"], ["named", "DNS:localhost", "127.0.0.1"], ["numbered", "IP:127.0.0.1", "localhost"], ["other", "IP:10.0.0.1", "127.0.0.1"]] as const) {
      const { cert, key } = ours.sign(subject, names);
      await using server = await startServer({ config: `tls { cert_file: ${JSON.stringify(cert)}, key_file: ${JSON.stringify(key)} }` });
      const error = await refused(() => joined({ servers: `tls://${server.host.replace("127.0.0.1", servers)}`, tls: { ca: ours.ca } }));
      expect(error, names).toMatchObject({ code: "ERR_NET_REFUSED" });
      expect(error.message).toContain("the names in the server's certificate");
    }
  });

  test("mutual", { tags: ["deep"] }, async () => {
    await using server = await startServer({ config: `tls { ${config}, ca_file: ${JSON.stringify(ours.ca)}, verify: true }` });
    const servers = `tls://${server.host}`;
    {
      await using net = await joined({ servers, tls: { ca: ours.ca, ...ours.sign("node", "DNS:node") } });
      await (await net.queue("mutual", utf8)).send("value");
    }
    const wrong = theirs.sign("foe", "DNS:node");
    const none = await refused(() => joined({ servers, tls: { ca: ours.ca } }));
    expect(none).toMatchObject({ code: "ERR_NET_REFUSED" });
    expect(none.message).toContain("this program has none: check cert and key of the option tls of join");
    const foe = await refused(() => joined({ servers, tls: { ca: ours.ca, ...wrong } }));
    expect(foe).toMatchObject({ code: "ERR_NET_REFUSED" });
    expect(foe.message).toContain("does not accept that of this program");
  });

  test("a server without TLS gets no credentials from a program that asks for TLS", async () => {
    await using server = await startServer();
    for (const options of [{ servers: `tls://${server.host}` }, { servers: server.url, tls: {} }]) {
      const error = await refused(() => joined(options));
      expect(error).toMatchObject({ code: "ERR_NET_SERVER" });
      expect(error.message).toContain("the server offers no TLS");
    }
    await using fake = await pretend({ version: "2.10.0" });
    expect(await refused(() => joined({ servers: `tls://${fake.host}`, auth: { token: "hush-token" } }))).toMatchObject({ code: "ERR_NET_SERVER" });
    expect(fake.received()).not.toContain("hush-token");
  });
});

const USER = { user: "node", pass: "hush-pass" };
/** A server with one user who may do this. */
function allowing(publish: readonly string[], subscribe: readonly string[], jetstream = true): ServerSettings {
  const permissions = JSON.stringify({ publish, subscribe });
  return { jetstream, config: `authorization { users: [{ user: node, password: hush-pass, permissions: ${permissions} }] }` };
}

describe.skipIf(noServer !== undefined)(titled("permissions"), () => {
  test("those that docs/net.md lists are enough for everything", async () => {
    await using server = await startServer(allowing(["warren.shop.>", "$JS.API.>", "$JS.ACK.>"], ["warren.shop.>"]));
    await using a = await joined({ servers: server.url, auth: USER, node: "a" });
    await using b = await joined({ servers: server.url, auth: USER, node: "b" });
    const queue = await a.queue("jobs", utf8);
    await queue.send("value");
    await using deliveries = await (await b.queue("jobs", utf8)).deliveries();
    await (await deliveries.recv())?.retry();
    const again = await deliveries.recv();
    expect(again).toMatchObject({ value: "value", attempt: 2, mayBeRepeated: true });
    await again?.reject("poison");
    await using dead = await (await a.queue("jobs.dead", utf8)).deliveries();
    const letter = await dead.recv();
    expect(letter?.dead).toMatchObject({ queue: "jobs", why: "poison" });
    await letter?.ack();
    await until(async () => (await queue.state()).values === 0);
    await using _ = await b.serve([double]);
    expect(await a.spawn(double, 21)).toBe(42);
    const feed = a.feed("prices", utf8);
    await using prices = await b.feed("prices", utf8).receive();
    feed.publish("1.50");
    expect(await prices.recv()).toBe("1.50");
    await untilNodes(a, "a", "b");
    expect((await a.dumps()).map(({ node }) => node)).toEqual(["a", "b"]);
    expect(warnings).toEqual([]);
  });

  test("without $JS.API.> there are no queues, and all else works", async () => {
    await using server = await startServer(allowing(["warren.shop.>", "$JS.ACK.>"], ["warren.shop.>"]));
    await using net = await joined({ servers: server.url, auth: USER });
    const error = await refused(() => net.queue("jobs", utf8));
    expect(error).toMatchObject({ code: "ERR_NET_REFUSED" });
    expect(error.message).toMatch(/\$JS\.API\.>.*docs\/net\.md lists the permissions/);
    await using _ = await net.serve([double]);
    expect(await net.spawn(double, 21)).toBe(42);
  });

  test("without $JS.ACK.> deliveries close with the reason, because none could be acknowledged", async () => {
    await using server = await startServer(allowing(["warren.shop.>", "$JS.API.>"], ["warren.shop.>"]));
    await using net = await joined({ servers: server.url, auth: USER });
    const queue = await net.queue("jobs", utf8);
    await queue.send("value");
    const deliveries = await queue.deliveries();
    const delivery = await deliveries.recv();
    await delivery?.ack();
    const error = await refused(() => deliveries.recv());
    expect(error).toMatchObject({ code: "ERR_NET_REFUSED" });
    expect(error.message).toMatch(/\$JS\.ACK\.warren=shop=jobs.*docs\/net\.md lists the permissions/);
    expect(delivery?.signal.aborted).toBe(false);
    expect((await queue.state()).values).toBe(1);
  });

  test("without warren.<name>.> a call did not run, a send is refused, and nobody can join who may not listen", async () => {
    await using server = await startServer(allowing(["warren.other.>", "$JS.API.>", "$JS.ACK.>"], ["warren.shop.>"]));
    await using net = await joined({ servers: server.url, auth: USER });
    const call = await refused(() => net.spawn(double, 1));
    expect(call).toMatchObject({ code: "ERR_NET_REFUSED", details: { mayHaveRun: false } });
    expect(call.message).toContain("docs/net.md lists the permissions");
    expect(await refused(() => net.queue("jobs", utf8))).toMatchObject({ code: "ERR_NET_REFUSED" });
    await until(() => warnings.length > 0);
    expect(warnings.join()).toContain("WARREN_NET");
    expect(textOf([call, warnings])).not.toContain(USER.pass);
    await using deaf = await startServer(allowing(["warren.shop.>"], ["warren.other.>"]));
    expect(await refused(() => joined({ servers: deaf.url, auth: USER }))).toMatchObject({ code: "ERR_NET_REFUSED" });
  });

  test("a send without permission is refused immediately, and is not in the queue", async () => {
    await using server = await startServer(allowing(["warren.shop.mark.>", "$JS.API.>", "$JS.ACK.>"], ["warren.shop.>"]));
    await using net = await joined({ servers: server.url, auth: USER, timeoutMs: 60_000 });
    const queue = await net.queue("jobs", utf8);
    const error = await refused(() => queue.send("value"));
    expect(error).toMatchObject({ code: "ERR_NET_REFUSED" });
    expect(error.message).toContain("docs/net.md lists the permissions");
    expect((await queue.state()).values).toBe(0);
  });

  test("a server without JetStream has no queues, and all else works", async () => {
    await using server = await startServer({ jetstream: false });
    await using net = await joined({ servers: server.url });
    const error = await refused(() => net.queue("jobs", utf8));
    expect(error).toMatchObject({ code: "ERR_NET_SERVER", details: { version: expect.any(String) as string } });
    expect(error.message).toContain("nats-server --jetstream");
    await using _ = await net.serve([double]);
    expect(await net.spawn(double, 21)).toBe(42);
  });

  test("an account without JetStream has no queues", async () => {
    await using server = await startServer({ config: "accounts { shop { users: [{ user: node, password: hush-pass }] } }" });
    await using net = await joined({ servers: server.url, auth: USER });
    const error = await refused(() => net.queue("jobs", utf8));
    expect(error).toMatchObject({ code: "ERR_NET_SERVER" });
    expect(error.message).toMatch(/jetstream/i);
  });
});

interface Pretended extends AsyncDisposable {
  readonly host: string;
  /** All that came. */
  received(): string;
}

/** A program that says that it is a server. @param info what it says of itself; a text is said as it stands @param pongs how many pings it answers */
async function pretend(info: object | string | undefined, pongs = Infinity): Promise<Pretended> {
  let received = "";
  let left = pongs;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    if (info !== undefined) socket.write(typeof info === "string" ? info : `INFO ${JSON.stringify({ server_id: "FAKE", server_name: "fake", proto: 1, headers: true, max_payload: 1_048_576, ...info })}\r\n`);
    socket.on("error", () => undefined).on("data", (data) => {
      received += data;
      for (let pings = String(data).split("PING").length - 1; pings > 0 && left > 0; pings--, left--) socket.write("PONG\r\n");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    host: `127.0.0.1:${port}`,
    received: () => received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

describe("what is no server, or an old one", () => {
  test.each(["2.8.0", "2.8.4", "1.4.1", "0.9.6"])("version %s is too old", async (version) => {
    await using fake = await pretend({ version });
    const error = await refused(() => joined({ servers: fake.host }));
    expect(error).toMatchObject({ code: "ERR_NET_SERVER", details: { version } });
    expect(error.message).toBe(`nats-server ${version} is too old: 2.9 or newer is needed`);
  });

  test.each(["2.9.0", "2.9.10", "2.10.1", "2.12.0-RC.1", "3.0.0"])("version %s is new enough", async (version) => {
    await using fake = await pretend({ version });
    await using net = await joined({ servers: fake.host });
    expect(net.isUp).toBe(true);
  });

  test("a server that answers nothing more does not keep join waiting", async () => {
    await using fake = await pretend({ version: "2.10.0" }, 1);
    expect(await refused(() => joined({ servers: fake.host, timeoutMs: 1500 }))).toMatchObject({ code: "ERR_NET_DOWN" });
  });

  test("nobody listens", async () => {
    const error = await refused(() => joined({ servers: "nats://127.0.0.1:1" }));
    expect(error).toMatchObject({ code: "ERR_NET_UNREACHABLE", details: { servers: ["127.0.0.1:1"] } });
    expect(error.message).toMatch(/127\.0\.0\.1:1 .*refused.*: start one with nats-server --jetstream, or name another with the option servers/);
  });

  test("no such host", async () => {
    expect(await refused(() => joined({ servers: "nats://no-such-host.invalid", insecure: true }))).toMatchObject({ code: "ERR_NET_UNREACHABLE" });
  });

  test.each([
    ["is silent", undefined],
    ["is a web server", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["says something that is no JSON", "INFO {nonsense\r\n"],
  ])("somebody listens who %s", async (_, says) => {
    await using fake = await pretend(says);
    const error = await refused(() => joined({ servers: fake.host, auth: { token: "hush-token" }, timeoutMs: 300 }));
    expect(error.name).toBe("WarrenError");
    expect(["ERR_NET_UNREACHABLE", "ERR_NET_SERVER"]).toContain(error.code);
    expect(textOf(error)).not.toContain("hush-token");
  });
});
