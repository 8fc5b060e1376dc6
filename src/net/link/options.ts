/** The options of `join`, checked once and before anything is sent. */
import { hostname } from "node:os";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { WarrenError, printValue } from "../../errors.ts";
import { checkName } from "./names.ts";

/**
 * How a program proves who it is, in one of these ways: a file of credentials (a user's
 * JWT and seed, as nsc writes it; it is read for each connection, so it can be renewed),
 * the seed of an nkey, a user with a password, or a token.
 */
export type Credentials = { readonly credsFile: string } | { readonly nkeySeed: string } | { readonly user: string; readonly pass: string } | { readonly token: string };

/** Files for TLS: the certificate authority, and for mutual TLS the program's own certificate and key. */
export interface TlsFiles {
  /** The file of the authority that has signed the server's certificate. By default those that Node knows. */
  readonly ca?: string | undefined;
  /** The file of this program's certificate. */
  readonly cert?: string | undefined;
  /** The file of its key. */
  readonly key?: string | undefined;
}

/** Options of `join`. */
export interface JoinOptions {
  /** Name of the program: what joins under one name shares queues, tasks and feeds. */
  readonly name: string;
  /** URLs of NATS servers, `nats://host:4222` or `tls://host:4222`. By default `nats://127.0.0.1:4222`. */
  readonly servers?: string | readonly string[] | undefined;
  /** Name of this process. By default made of the machine's name and the process's number. No two nodes may have the same. */
  readonly node?: string | undefined;
  /** Version of the program. A remote task runs only on nodes of the same build, unless `accept` says otherwise. "0" by default. */
  readonly build?: string | undefined;
  /** How the program proves who it is. By default not at all. */
  readonly auth?: Credentials | undefined;
  /** Files for TLS. `tls://` URLs use TLS without it, too. */
  readonly tls?: TlsFiles | undefined;
  /** Allows a connection without TLS to another machine. */
  readonly insecure?: boolean | undefined;
  /** For so long, in milliseconds, an operation waits for an answer of the server. 5,000 by default. */
  readonly timeoutMs?: number | undefined;
  /** Every so many milliseconds a node gives a sign of life; after three without one it counts as lost. 2,000 by default. */
  readonly beatMs?: number | undefined;
  /** Called at each send and remote call: the W3C trace context (`traceparent`) that goes with it, if any. */
  readonly traceparent?: (() => string | undefined) | undefined;
}

export interface ResolvedJoin {
  readonly name: string;
  readonly servers: readonly string[];
  readonly node: string;
  readonly build: string;
  readonly auth: Credentials | undefined;
  /** `undefined`: a plain connection. */
  readonly tls: TlsFiles | undefined;
  /** All servers are on this machine, or TLS protects the connection. */
  readonly isPrivate: boolean;
  readonly timeoutMs: number;
  readonly beatMs: number;
}

const KNOWN = ["name", "servers", "node", "build", "auth", "tls", "insecure", "timeoutMs", "beatMs", "traceparent"];
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;
const PROTOCOLS = new Set(["nats:", "tls:"]);

/** @throws ERR_INVALID_ARGUMENT, ERR_NET_INSECURE */
export function resolveJoin(options: JoinOptions): ResolvedJoin {
  checkKeys("join", options, KNOWN);
  const { servers = "nats://127.0.0.1:4222", build = "0", auth, tls, insecure = false, timeoutMs = 5000, beatMs = 2000 } = options;
  const name = checkName("the option name of join", options.name);
  const node = checkName("the option node of join", options.node === undefined ? ownName() : options.node);
  if (typeof build !== "string" || !/^[\w.+-]{1,64}$/.test(build)) throw new WarrenError("ERR_INVALID_ARGUMENT", `the option build of join must be a version such as "2.3.0", not ${printValue(build)}`);
  if (typeof insecure !== "boolean") throw new WarrenError("ERR_INVALID_ARGUMENT", `the option insecure of join must be true or false, not ${printValue(insecure)}`);
  checkMs("timeoutMs of join", timeoutMs, 1);
  checkMs("beatMs of join", beatMs, 10);
  checkAuth(auth);
  const files = checkTls(tls);
  const urls = (typeof servers === "string" ? [servers] : checkList(servers)).map(urlOf);
  const isTls = files !== undefined || urls.some(({ protocol }) => protocol === "tls:");
  const isPrivate = isTls || urls.every(({ hostname: host }) => LOOPBACK.test(host));
  if (!isPrivate && !insecure) {
    const { host } = urls.find(({ hostname: name_ }) => !LOOPBACK.test(name_)) as URL;
    throw new WarrenError("ERR_NET_INSECURE", `the connection to ${host} would not be encrypted: use tls://${host}, or allow it with insecure: true`);
  }
  return { name, servers: urls.map(({ host }) => host), node, build, auth, tls: isTls ? (files ?? {}) : undefined, isPrivate, timeoutMs, beatMs };
}

function ownName(): string {
  const machine = hostname().replaceAll(/[^\w-]/g, "-").slice(0, 32) || "node";
  return `${machine}-${process.pid}-${Math.random().toString(36).slice(2, 6)}`;
}

function urlOf(server: unknown): URL {
  if (typeof server === "string" && server !== "") {
    const text = /^[a-z]+:\/\//i.test(server) ? server : `nats://${server}`;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && PROTOCOLS.has(url.protocol) && url.hostname !== "" && url.username === "" && url.password === "" && /^\/?$/.test(url.pathname) && url.search === "" && url.hash === "") {
      if (url.port === "") url.port = "4222";
      return url;
    }
    if (server.includes("@")) throw new WarrenError("ERR_INVALID_ARGUMENT", `the URL of a server must not contain a user or a password: give them as the option auth of join`);
  }
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the option servers of join needs URLs such as "nats://host:4222" or "tls://host:4222", not ${printValue(server)}`);
}

function checkList(servers: unknown): readonly unknown[] {
  if (Array.isArray(servers) && servers.length > 0) return servers as readonly unknown[];
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the option servers of join must be a URL or a list of URLs, not ${printValue(servers)}`);
}

const WAYS = [["credsFile"], ["nkeySeed"], ["user", "pass"], ["token"]];

/** Prints no value: it may be a secret. */
function checkAuth(auth: unknown): void {
  if (auth === undefined) return;
  const keys = typeof auth === "object" && auth !== null ? Object.keys(auth) : [];
  const fits = WAYS.some((way) => way.length === keys.length && way.every((key) => keys.includes(key)));
  if (!fits || keys.some((key) => typeof (auth as Record<string, unknown>)[key] !== "string")) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `the option auth of join must be { credsFile }, { nkeySeed }, { user, pass } or { token }, each a text${keys.length === 0 ? "" : `; it has ${keys.join(", ")}`}`);
  }
  if ("credsFile" in (auth as object)) readable("auth.credsFile", (auth as { credsFile: string }).credsFile);
}

function checkTls(tls: unknown): TlsFiles | undefined {
  if (tls === undefined) return undefined;
  checkKeys("the option tls of join", tls, ["ca", "cert", "key"]);
  const files = tls as TlsFiles;
  if ((files.cert === undefined) !== (files.key === undefined)) throw new WarrenError("ERR_INVALID_ARGUMENT", "the option tls of join needs cert and key together");
  if (files.ca !== undefined) readable("tls.ca", files.ca, (ca) => new X509Certificate(ca));
  if (files.cert !== undefined) {
    const { cert } = files;
    readable("tls.key", files.key, (key) => readable("tls.cert", cert, (text) => createSecureContext({ cert: text, key })));
  }
  return files;
}

/** Reads a file, and lets `use` find out whether it is what it should be. */
function readable(what: string, path: unknown, use?: (text: Buffer) => void): void {
  if (typeof path !== "string") throw new WarrenError("ERR_INVALID_ARGUMENT", `the option ${what} of join must be the path of a file`);
  let text: Buffer;
  try {
    text = readFileSync(path);
  } catch (error) {
    // Without the path: it is a secret if somebody has given the text in its place.
    throw new WarrenError("ERR_INVALID_ARGUMENT", `the file of the option ${what} of join cannot be read (${(error as NodeJS.ErrnoException).code}): the option must be its path`);
  }
  try {
    use?.(text);
  } catch (error) {
    if (error instanceof WarrenError) throw error;
    throw new WarrenError("ERR_INVALID_ARGUMENT", `the file of the option ${what} of join is not what it should be, a certificate or its key as PEM: ${(error as Error).message}`);
  }
}

/** @throws ERR_INVALID_ARGUMENT if `options` is no object or has a key that is not known */
export function checkKeys(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} needs an object of options, not ${printValue(options)}`);
  for (const key of Object.keys(options)) if (!known.includes(key)) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} has no option ${JSON.stringify(key)}. Its options are ${known.join(", ")}`);
}

/** A time in milliseconds. @throws ERR_INVALID_ARGUMENT */
export function checkMs(what: string, value: unknown, least: number): number {
  if (typeof value === "number" && value >= least && value <= MOST_MS) return value;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the option ${what} must be a number of milliseconds from ${least} to ${MOST_MS}, not ${printValue(value)}`);
}

/** The longest time of a timer in Node. */
export const MOST_MS = 2_147_483_647;

/** The longest name of a value or of a call's work. */
export const LONGEST_ID = 200;

/** The name of a value, which becomes a header. @throws ERR_INVALID_ARGUMENT */
export function checkId(id: unknown): void {
  if (typeof id === "string" && id !== "" && id.length <= LONGEST_ID && !/[\r\n]/.test(id)) return;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the option id of send must be a text of 1 to ${LONGEST_ID} characters on one line, not ${printValue(id)}`);
}

export function isTraceparent(text: unknown): text is string {
  return typeof text === "string" && /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(text);
}

/** @throws ERR_INVALID_ARGUMENT */
export function checkTraceparent(traceparent: unknown): void {
  if (traceparent === undefined || isTraceparent(traceparent)) return;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `traceparent must be as the W3C recommendation Trace Context has it, such as "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", not ${printValue(traceparent)}`);
}

/** A whole number. @throws ERR_INVALID_ARGUMENT */
export function checkCount(what: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the option ${what} must be an integer from ${least} to ${most}, not ${printValue(value)}`);
}
