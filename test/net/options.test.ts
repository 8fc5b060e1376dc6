/**
 * Every option is checked before anything is sent, and refused with a code and the
 * reason; what may be a secret is not printed.
 */
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, type WarrenError, chanOf, i32, start, utf8 } from "../../src/index.ts";
import { type JoinOptions, type Net, type Queue, join } from "../../src/net/index.ts";
import { resolveJoin } from "../../src/net/link/options.ts";
import { thrown } from "../runtime/until.ts";
import { double } from "./tasks.ts";
import { type TestServer, noServer, startServer, titled } from "./with-server.ts";

const refused = async (call: () => unknown): Promise<WarrenError> => (await thrown(call)) as WarrenError;
const anything = (value: unknown): never => value as never;

/** A URL where nobody listens: an option that is refused there is refused before anything is sent. */
const NOWHERE = "nats://127.0.0.1:1";

describe("join", () => {
  let rt: Runtime;
  beforeAll(async () => {
    rt = await start({ threads: 1 });
  });
  afterAll(() => rt.stop());

  const joined = (options: unknown): Promise<WarrenError> => refused(() => join(rt, anything(options)));

  test.each<[string, unknown, RegExp]>([
    ["no options", undefined, /needs an object of options/],
    ["options that are no object", 7, /needs an object of options, not 7/],
    ["no name", {}, /the option name of join must be a text, not undefined/],
    ["a name with a dot", { name: "a.b" }, /letters, digits/],
    ["a name with a blank", { name: "a b" }, /letters, digits/],
    ["a name with a wildcard", { name: "*" }, /part of a subject of NATS/],
    ["a name with >", { name: ">" }, /letters, digits/],
    ["an empty name", { name: "" }, /letters, digits/],
    ["a name with a line end", { name: "a\n" }, /letters, digits/],
    ["a name that is too long", { name: "a".repeat(65) }, /at most 64 characters/],
    ["a name that is no text", { name: 7 }, /must be a text, not 7/],
    ["a node that is null", { name: "a", node: null }, /option node of join must be a text/],
    ["a node with a dot", { name: "a", node: "a.b" }, /option node/],
    ["a build with a blank", { name: "a", build: "1 2" }, /option build of join must be a version/],
    ["a build that is a number", { name: "a", build: 2 }, /option build/],
    ["an unknown option", { name: "a", server: NOWHERE }, /join has no option "server". Its options are name, servers/],
    ["servers that are a number", { name: "a", servers: 4222 }, /servers of join must be a URL or a list/],
    ["an empty list of servers", { name: "a", servers: [] }, /must be a URL or a list of URLs, not an array of 0/],
    ["an empty server", { name: "a", servers: "" }, /needs URLs such as/],
    ["another protocol", { name: "a", servers: "http://127.0.0.1" }, /needs URLs such as/],
    ["a URL with a path", { name: "a", servers: "nats://127.0.0.1/x" }, /needs URLs/],
    ["a URL with a query", { name: "a", servers: "nats://127.0.0.1?x=1" }, /needs URLs/],
    ["a URL that is none", { name: "a", servers: ["nats://"] }, /needs URLs/],
    ["insecure that is a text", { name: "a", insecure: "yes" }, /insecure of join must be true or false/],
    ["a timeout of 0", { name: "a", timeoutMs: 0 }, /timeoutMs of join must be a number of milliseconds from 1/],
    ["a timeout that is NaN", { name: "a", timeoutMs: Number.NaN }, /timeoutMs/],
    ["a timeout beyond the timers", { name: "a", timeoutMs: 2 ** 31 }, /timeoutMs/],
    ["beats that are too fast", { name: "a", beatMs: 1 }, /beatMs of join must be a number of milliseconds from 10/],
    ["beats as a text", { name: "a", beatMs: "2s" }, /beatMs/],
    ["a traceparent that is no function", { name: "a", traceparent: "00-…" }, /traceparent of join must be a function/],
    ["TLS that is no object", { name: "a", tls: true }, /the option tls of join needs an object/],
    ["an unknown option of TLS", { name: "a", tls: { rejectUnauthorized: false } }, /has no option "rejectUnauthorized"/],
    ["a certificate without a key", { name: "a", tls: { cert: "/cert.pem" } }, /needs cert and key together/],
    ["an authority that is not there", { name: "a", tls: { ca: "/no/such/file" } }, /tls.ca of join cannot be read \(ENOENT\)/],
    ["an authority that is no certificate", { name: "a", tls: { ca: import.meta.filename } }, /tls.ca of join is not what it should be/],
    ["a certificate that is none", { name: "a", tls: { cert: import.meta.filename, key: import.meta.filename } }, /tls.cert of join is not what it should be/],
    ["no way to prove", { name: "a", auth: {} }, /auth of join must be/],
    ["two ways to prove", { name: "a", auth: { token: "t", user: "u", pass: "p" } }, /it has token, user, pass/],
    ["a user without a password", { name: "a", auth: { user: "u" } }, /it has user/],
    ["a password that is a number", { name: "a", auth: { user: "u", pass: 7 } }, /each a text/],
    ["credentials that are not there", { name: "a", auth: { credsFile: "/no/such/file" } }, /auth.credsFile of join cannot be read \(ENOENT\)/],
    ["credentials that are none", { name: "a", servers: NOWHERE, auth: { credsFile: import.meta.filename } }, /auth.credsFile of join names a file without a user's JWT and seed/],
    ["a seed that is none", { name: "a", servers: NOWHERE, auth: { nkeySeed: "SUNONE" } }, /auth.nkeySeed of join is not the seed of a user/],
  ])("refuses %s", async (_, options, why) => {
    const error = await joined(options);
    expect(error).toMatchObject({ name: "WarrenError", code: "ERR_INVALID_ARGUMENT" });
    expect(error.message).toMatch(why);
  });

  test.each([undefined, null, 7, {}])("refuses %s for a runtime", async (value) => {
    expect(await refused(() => join(anything(value), { name: "a" }))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });

  test.each([
    "nats://example.com", "example.com:4222", "nats://10.0.0.7", "nats://127.0.0.1.example.com", "nats://[2001:db8::1]:4222", "nats://localhost.example.com", "nats://0.0.0.0",
  ])("refuses a plain connection to %s", async (servers) => {
    const error = await joined({ name: "a", servers });
    expect(error.code).toBe("ERR_NET_INSECURE");
    expect(error.message).toContain("use tls://");
    expect(await joined({ name: "a", servers: [NOWHERE, servers] })).toMatchObject({ code: "ERR_NET_INSECURE" });
  });

  test.each(["nats://127.0.0.1", "localhost", "LOCALHOST:4222", "nats://127.8.8.8:1", "nats://[::1]:4222", "tls://example.com", ["tls://a.example", "nats://b.example"]])("allows %s", (servers) => {
    expect(resolveJoin({ name: "a", servers }).isPrivate).toBe(true);
  });

  test("allows a plain connection that the program allows", () => {
    expect(resolveJoin({ name: "a", servers: "nats://example.com", insecure: true })).toMatchObject({ servers: ["example.com:4222"], tls: undefined, isPrivate: false });
  });

  const SECRET = "hush-2718281828";
  test.each<[string, object]>([
    ["a URL with a password", { servers: `nats://user:${SECRET}@example.com` }],
    ["a URL with a password alone", { servers: `nats://:${SECRET}@127.0.0.1` }],
    ["a URL of another protocol", { servers: `http://user:${SECRET}@example.com` }],
    ["a URL that is none", { servers: `nats://user:${SECRET} @example.com` }],
    ["a user before an address", { servers: [`user:${SECRET}@example.com:4222`] }],
    ["a token of the wrong kind", { auth: { token: [SECRET] } }],
    ["too much", { auth: { token: SECRET, user: SECRET, pass: SECRET } }],
    ["a text", { auth: SECRET }],
    ["credentials in place of their file", { auth: { credsFile: `-----BEGIN ${SECRET}-----` } }],
    ["a seed", { servers: NOWHERE, auth: { nkeySeed: `SU${SECRET}` } }],
    ["a key in place of its file", { tls: { cert: import.meta.filename, key: SECRET } }],
    ["a key that is no text", { tls: { cert: import.meta.filename, key: [SECRET] } }],
    ["a token for a server that is not there", { servers: NOWHERE, auth: { token: SECRET } }],
    ["a password over a plain connection", { servers: "nats://example.com", auth: { user: "u", pass: SECRET } }],
  ])("prints no secret that is refused: %s", async (_, options) => {
    const error = await joined({ name: "a", ...options });
    expect(error.name).toBe("WarrenError");
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
  });
});

describe.skipIf(noServer !== undefined)(titled("an open connection"), () => {
  let server: TestServer;
  let rt: Runtime;
  let net: Net;
  let queue: Queue<string>;
  beforeAll(async () => {
    server = await startServer();
    rt = await start({ threads: 1 });
    net = await join(rt, { name: "options", node: "here", servers: server.url });
    queue = await net.queue("jobs", utf8, { leaseMs: 10_000 });
  });
  afterAll(async () => {
    await net.close();
    await rt.stop();
    await server[Symbol.asyncDispose]();
  });

  const invalid = async (call: () => unknown, why: RegExp): Promise<void> => {
    const error = await refused(call);
    expect(error).toMatchObject({ name: "WarrenError", code: "ERR_INVALID_ARGUMENT" });
    expect(error.message).toMatch(why);
  };

  test.each<[string, unknown, unknown, RegExp]>([
    ["a name that is no text", 7, {}, /the name of a queue must be a text/],
    ["an empty name", "", {}, /the name of a queue/],
    ["a name with a wildcard", "a.*", {}, /in parts with "\."/],
    ["a name with a blank", "a b", {}, /letters, digits/],
    ["a name with an empty part", "a..b", {}, /letters, digits/],
    ["a name that begins with a dot", ".a", {}, /letters, digits/],
    ["a name that ends with a dot", "a.", {}, /letters, digits/],
    ["a name with =", "a=b", {}, /letters, digits/],
    ["a name that is too long", "a".repeat(65), {}, /at most 64/],
    ["options that are no object", "other", 7, /queue other needs an object/],
    ["an unknown option", "other", { lease: 1 }, /queue other has no option "lease"/],
    ["a capacity of 0", "other", { capacity: 0 }, /capacity of queue other must be an integer from 1/],
    ["a capacity that is no integer", "other", { capacity: 1.5 }, /capacity/],
    ["a capacity without end", "other", { capacity: Infinity }, /capacity/],
    ["a capacity that is null", "other", { capacity: null }, /capacity/],
    ["another whenFull", "other", { whenFull: "drop" }, /must be "wait" or "refuse", not "drop"/],
    ["a lease that is too short", "other", { leaseMs: 99 }, /leaseMs of queue other must be an integer from 100/],
    ["a lease that is no integer", "other", { leaseMs: 100.1 }, /leaseMs/],
    ["a lease without end", "other", { leaseMs: Infinity }, /leaseMs/],
    ["tries of 0", "other", { tries: 0 }, /tries of queue other/],
    ["a window that is too short", "other", { dedupeMs: 1 }, /dedupeMs/],
    ["dead letters that are no text", "other", { dead: true }, /option dead of queue other must be a text/],
    ["dead letters that are null", "other", { dead: null }, /option dead/],
    ["dead letters with a name that NATS does not allow", "other", { dead: "a b" }, /option dead/],
    ["dead letters in the queue itself", "other", { dead: "other" }, /cannot be its own queue of dead letters/],
    ["no replicas", "other", { replicas: 0 }, /replicas/],
    ["six replicas", "other", { replicas: 6 }, /replicas/],
    ["update that is a number", "other", { update: 1 }, /update of queue other must be true or false/],
  ])("queue refuses %s", async (_, name, options, why) => {
    await invalid(() => net.queue(anything(name), utf8, anything(options)), why);
  });

  test("queue and feed refuse what is no type, and types with channels", async () => {
    await invalid(() => net.queue("other", anything("utf8")), /needs the type of its values/);
    await invalid(() => net.feed("other", anything(undefined)), /needs the type of its values/);
    expect(await refused(() => net.queue("other", chanOf(i32)))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    expect(await refused(() => net.feed("other", chanOf(i32)))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
  });

  test.each<[string, unknown, RegExp]>([
    ["options that are no object", 7, /send needs an object/],
    ["an unknown option", { key: "a" }, /send has no option "key"/],
    ["an empty id", { id: "" }, /id of send must be a text of 1 to 200/],
    ["an id that is too long", { id: "a".repeat(201) }, /id of send/],
    ["an id with a line end", { id: "a\r\nNats-Expected-Stream: b" }, /on one line/],
    ["an id that is a number", { id: 7 }, /id of send/],
    ["a signal that is none", { signal: {} }, /signal/],
    ["a timeout of 0", { timeoutMs: 0 }, /timeoutMs of send/],
    ["a traceparent that is none", { traceparent: "x" }, /traceparent must be as the W3C/],
  ])("send refuses %s", async (_, options, why) => {
    await invalid(() => queue.send("value", anything(options)), why);
    expect((await queue.state()).values).toBe(0);
  });

  test("send refuses a value of another type", async () => {
    expect(await refused(() => queue.send(anything(7)))).toMatchObject({ code: "ERR_VALUE_REFUSED" });
    expect(await refused(() => queue.send("x".repeat(2 ** 20)))).toMatchObject({ code: "ERR_TOO_BIG", details: { maximum: 2 ** 20 } });
    expect((await queue.state()).values).toBe(0);
  });

  test.each<[unknown, RegExp]>([[7, /needs an object/], [{ credits: 1 }, /has no option "credits"/], [{ credit: 0 }, /credit of deliveries/], [{ credit: null }, /credit of deliveries/], [{ credit: 65_537 }, /credit/]])("deliveries refuses %j", async (options, why) => {
    await invalid(() => queue.deliveries(anything(options)), why);
  });

  test.each([-1, Number.NaN, Infinity, "1s", null])("retry refuses %s, and the delivery stays in hand", async (delayMs) => {
    await queue.send("value");
    await using deliveries = await queue.deliveries({ credit: 1 });
    const delivery = await deliveries.recv();
    await invalid(() => delivery?.retry(anything(delayMs)), /delayMs of retry/);
    expect(deliveries.inHand).toBe(1);
    await delivery?.ack();
  });

  test.each<[string, unknown, unknown, RegExp]>([
    ["no list", double, {}, /serve needs a list of tasks/],
    ["an empty list", [], {}, /serve needs a list of tasks/],
    ["a function that is no task", [() => 1], {}, /serve needs a task/],
    ["a text", ["double"], {}, /serve needs a task/],
    ["options that are no object", [double], 7, /serve needs an object/],
    ["an unknown option", [double], { max: 1 }, /serve has no option "max"/],
    ["a limit of 0", [double], { limit: 0 }, /limit of serve/],
    ["a limit that is null", [double], { limit: null }, /limit of serve/],
    ["fewer than none waiting", [double], { waiting: -1 }, /waiting of serve/],
  ])("serve refuses %s", async (_, tasks, options, why) => {
    await invalid(() => net.serve(anything(tasks), anything(options)), why);
    expect((await net.nodes())[0]?.tasks).toEqual([]);
  });

  test.each<[string, unknown, RegExp]>([
    ["options that are no object", undefined, /spawn.with needs an object/],
    ["an unknown option", { timeout: 1 }, /spawn.with has no option "timeout"/],
    ["a timeout of 0", { timeoutMs: 0 }, /timeoutMs of spawn.with/],
    ["tries without a key", { tries: 2 }, /tries of spawn.with needs the option key/],
    ["tries of 0", { tries: 0, key: "k" }, /tries of spawn.with/],
    ["an empty key", { key: "" }, /key of spawn.with must be a text/],
    ["a key that is too long", { key: "k".repeat(201) }, /key of spawn.with/],
    ["a range that is none", { accept: ">=2" }, /accept must be a build, or a range/],
    ["an empty range", { accept: "" }, /accept must be/],
    ["a signal that is none", { signal: "abort" }, /signal/],
    ["a traceparent that is none", { traceparent: 7 }, /traceparent must be as the W3C/],
  ])("spawn.with refuses %s", async (_, options, why) => {
    await invalid(() => net.spawn.with(anything(options)), why);
  });

  test("spawn refuses what is no task, and arguments that belong to one machine", async () => {
    await invalid(() => net.spawn(anything(() => 1)), /net.spawn needs a task/);
    expect(await refused(() => net.spawn(double, anything(rt.chan(i32))))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    expect(await refused(() => net.spawn(double, anything({ f: () => 1 })))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", details: { path: "[0].f" } });
  });

  test.each<[string, unknown, unknown, RegExp]>([
    ["a name with a wildcard", ">", {}, /the name of a feed/],
    ["a name that is no text", undefined, {}, /the name of a feed/],
    ["options that are no object", "f", null, /receive needs an object/],
    ["an unknown option", "f", { capacity: 1 }, /receive has no option "capacity"/],
    ["a credit of 0", "f", { credit: 0 }, /credit of receive/],
  ])("feed refuses %s", async (_, name, options, why) => {
    await invalid(() => net.feed(anything(name), utf8).receive(anything(options)), why);
  });

  test("publish refuses a value of another type", async () => {
    expect(await refused(() => net.feed("f", i32).publish(anything("1")))).toMatchObject({ code: "ERR_VALUE_REFUSED" });
  });

  test.each<[unknown, RegExp]>([[7, /close needs an object/], [{ drain: 1 }, /close has no option "drain"/], [{ drainMs: -1 }, /drainMs of close/], [{ drainMs: "1s" }, /drainMs of close/]])("close refuses %j, and closes nothing", async (options, why) => {
    await invalid(() => net.close(anything(options)), why);
    expect(net.isUp).toBe(true);
  });

  test("each object prints one line", async () => {
    const serving = await net.serve([double]);
    const lines = [net, queue, net.feed("f", utf8), serving, await queue.deliveries(), await net.feed("f", utf8).receive()].map((value) => inspect(value));
    expect(lines).toEqual(["program options, node here, connected", "queue jobs of utf8", "feed f of utf8", "serving warren/test/net/tasks#double", 'queue "jobs"', 'feed "f"']);
    await serving.stop();
  });

  test("a call without an option has what the options say", () => {
    const { name, servers, build, timeoutMs, beatMs } = resolveJoin({ name: "a" } satisfies JoinOptions);
    expect({ name, servers, build, timeoutMs, beatMs }).toEqual({ name: "a", servers: ["127.0.0.1:4222"], build: "0", timeoutMs: 5000, beatMs: 2000 });
  });
});
