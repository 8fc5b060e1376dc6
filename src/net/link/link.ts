/**
 * The connection to the servers. It belongs to the main thread, which runs no tasks, so
 * tasks that compute do not keep it from answering.
 *
 * Invariant: nothing is queued silently. The client would keep what is published during
 * an outage and send it in a burst later; so whoever publishes asks `isUp` first, or
 * waits with `whenUp`.
 */
import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import type { ConnectionOptions, Msg, MsgHdrs, NatsConnection, NodeConnectionOptions, Subscription } from "@nats-io/transport-node";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { type PeerCertificate, checkServerIdentity } from "node:tls";
import { WarrenError } from "../../errors.ts";
import { afterMicrotasks, clearTimeout, performance, setTimeout, within } from "../../host.ts";
import type { AbortSignal } from "../../wait/abort-signal.ts";
import { Names } from "./names.ts";
import { type JetStream, type Transport, loadPackages } from "./packages.ts";
import type { Credentials, ResolvedJoin } from "./options.ts";
import { wantCertificates } from "./probe.ts";
import { codedError, isNamed, refusalOf, unreachable } from "./refusals.ts";
import { Requests } from "./requests.ts";

/** The oldest server that is tested. */
const OLDEST = [2, 9] as const;
/** Between two tries to connect again, with a part that is random. */
const RECONNECT_MS = 250;
/** A connection that does not answer for two of these is taken for dead. */
const PING_MS = 10_000;

export interface PublishOptions {
  readonly reply?: string;
  readonly headers?: MsgHdrs;
}

export interface LinkListener {
  /** The connection is there again; answers from before may be lost. */
  up?(): void;
  /** There is no connection. */
  down?(): void;
  /** The server does not let this program publish on a subject. */
  refused?(error: WarrenError, subject: string): void;
  /** The connection is gone for good. */
  closed?(error: WarrenError): void;
}

/** What is called with each message. */
export interface Subscriber {
  readonly callback: (error: Error | null, message: Msg) => void;
  /** Only one of a group gets a message. */
  readonly queue?: string;
}

export class Link {
  readonly options: ResolvedJoin;
  readonly names: Names;
  readonly nc: NatsConnection;
  readonly #jetstream: JetStream;
  readonly #transport: Transport;
  readonly #warn: (text: string) => void;
  readonly #listeners = new Set<LinkListener>();
  /** What rejects each wait for an answer. */
  readonly #asked = new Set<(error: WarrenError) => void>();
  #isUp = true;
  #closed: WarrenError | undefined;
  /** Why the server has last refused this program: the client ends with another error then. */
  #refusal: WarrenError | undefined;
  readonly requests: Requests;
  /** What is published when the present microtasks have run. */
  #soon: { readonly subject: string; readonly data: Uint8Array; readonly options: PublishOptions | undefined }[] = [];
  #js: JetStreamClient | undefined;
  #jsm: Promise<JetStreamManager> | undefined;

  private constructor(options: ResolvedJoin, nc: NatsConnection, transport: Transport, jetstream: JetStream, warn: (text: string) => void) {
    this.options = options;
    this.#warn = warn;
    this.names = new Names(options.name);
    this.nc = nc;
    this.#transport = transport;
    this.#jetstream = jetstream;
    this.requests = new Requests(this);
    void this.#watch();
  }

  /** @throws ERR_INVALID_ARGUMENT, ERR_NET_MISSING, ERR_NET_UNREACHABLE, ERR_NET_REFUSED, ERR_NET_SERVER */
  static async open(options: ResolvedJoin, warn: (text: string) => void): Promise<Link> {
    const { transport, jetstream } = await loadPackages();
    const connection = connectionOptions(options, transport);
    let nc: NatsConnection;
    try {
      nc = await transport.connect(connection);
    } catch (error) {
      const isRefused = isNamed(error, "TimeoutError") && options.tls !== undefined && (await wantCertificates(options.servers));
      if (isRefused) throw new WarrenError("ERR_NET_REFUSED", `the server wants a certificate, and ${options.tls?.cert === undefined ? "this program has none" : "does not accept that of this program"}: check cert and key of the option tls of join`, { operation: "connect" }, { cause: error });
      throw refusalOf(error, "connect") ?? (error instanceof TypeError ? error : unreachable(options.servers, error));
    }
    const version = nc.info?.version ?? "unknown";
    if (isOlder(version)) {
      await nc.close();
      throw new WarrenError("ERR_NET_SERVER", `nats-server ${version} is too old: ${OLDEST.join(".")} or newer is needed`, { version });
    }
    return new Link(options, nc, transport, jetstream, warn);
  }

  /** Whether there is a connection on which may be sent. */
  get isUp(): boolean {
    return this.#isUp && this.#closed === undefined;
  }

  /** The name of the server, which is another one after a restart. */
  get serverId(): string {
    return this.nc.info?.server_id ?? "unknown";
  }

  /** The largest message that the server takes, in bytes. */
  get mostBytes(): number {
    return this.nc.info?.max_payload ?? 1_048_576;
  }

  listen(listener: LinkListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws ERR_NET_CLOSED */
  checkOpen(): void {
    if (this.#closed !== undefined) throw new WarrenError(this.#closed.code, this.#closed.message, this.#closed.details, { cause: this.#closed });
  }

  /** @throws ERR_NET_CLOSED, ERR_NET_DOWN */
  checkUp(what: string): void {
    this.checkOpen();
    if (!this.#isUp) throw new WarrenError("ERR_NET_DOWN", `${what} was not sent: there is no connection to ${this.options.servers.join(", ")}`, { servers: this.options.servers });
  }

  /** Waits until there is a connection; false if there is none at `untilMs`. @throws ERR_NET_CLOSED, or the signal's reason */
  async whenUp(untilMs: number, signal?: AbortSignal): Promise<boolean> {
    this.checkOpen();
    if (this.#isUp) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), Math.max(0, untilMs - performance.now()));
    const stop = this.listen({ up: () => resolve(true), closed: () => resolve(false) });
    const abort = (): void => resolve(false);
    signal?.addEventListener("abort", abort);
    const isUp = await promise;
    clearTimeout(timer);
    stop();
    signal?.removeEventListener("abort", abort);
    this.checkOpen();
    if (signal?.aborted) throw signal.reason;
    return isUp;
  }

  /** Publishes without an answer. @throws ERR_NET_CLOSED, ERR_NET_DOWN, ERR_TOO_BIG */
  publish(subject: string, data: Uint8Array, what: string, options?: PublishOptions): void {
    this.checkUp(what);
    this.checkSize(data.length, what);
    this.soon(subject, data, options);
  }

  /**
   * Publishes when the microtasks of this turn have run, with what else they publish: the
   * client writes to its socket in the first microtask after a publish, and a write costs
   * more than all else that a message does. There must be a connection.
   */
  soon(subject: string, data: Uint8Array, options?: PublishOptions): void {
    if (this.#soon.push({ subject, data, options }) === 1) afterMicrotasks(() => this.#publishSoon());
  }

  #publishSoon(): void {
    const messages = this.#soon;
    this.#soon = [];
    // Without a connection the client would keep them for later.
    if (!this.#isUp || this.nc.isClosed()) return;
    for (const { subject, data, options } of messages) this.nc.publish(subject, data, options);
  }

  /** @throws ERR_TOO_BIG */
  checkSize(byteLength: number, what: string): void {
    const maximum = this.mostBytes;
    if (byteLength > maximum) throw new WarrenError("ERR_TOO_BIG", `${what} has ${byteLength} bytes, and the server takes ${maximum}: send a name for it (a file, a key) instead, or raise max_payload of the server`, { maximum, actual: byteLength });
  }

  /** Subscribes, and waits until the server knows. @throws ERR_NET_CLOSED, ERR_NET_DOWN, ERR_NET_REFUSED */
  async subscribe(subject: string, { callback, queue }: Subscriber): Promise<Subscription> {
    this.checkUp(`the subscription to ${subject}`);
    // What was published before does not come to it.
    this.#publishSoon();
    const subscription = this.nc.subscribe(subject, {
      callback: (error, message) => {
        try {
          callback(error, message);
        } catch (failure) {
          // An error that the client sees ends its reading of the connection.
          this.#warn(`a message on ${subject} was not handled: ${failure instanceof Error ? failure.stack : String(failure)}`);
        }
      },
      ...(queue === undefined ? {} : { queue }),
    });
    // A refusal ends the subscription, and comes before the answer to the flush.
    let refused: unknown;
    void subscription.closed.then((error) => (refused = error));
    if (!(await within(this.nc.flush(), this.options.timeoutMs))) throw new WarrenError("ERR_NET_DOWN", `the server has not answered for ${this.options.timeoutMs} ms when this program wanted to subscribe to ${subject}`, { servers: this.options.servers });
    this.checkUp(`the subscription to ${subject}`);
    if (refused instanceof Error) throw refusalOf(refused, `subscribe to ${subject}`) ?? refused;
    return subscription;
  }

  /** Waits for an answer of the server. After the connection has ended it will not come. @throws ERR_NET_DOWN, ERR_NET_CLOSED */
  answer<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#asked.add(reject);
      asked.then(
        (value) => {
          this.#asked.delete(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.#asked.delete(reject);
          reject(error as Error);
        },
      );
    });
  }

  #endAnswers(error: WarrenError): void {
    for (const reject of this.#asked) reject(error);
    this.#asked.clear();
  }

  headers(fields: Readonly<Record<string, string>>): MsgHdrs {
    const headers = this.#transport.headers();
    for (const [name, value] of Object.entries(fields)) headers.set(name, value);
    return headers;
  }

  get js(): JetStreamClient {
    return (this.#js ??= this.#jetstream.jetstream(this.nc, { timeout: this.options.timeoutMs }));
  }

  /** A text that no other node makes. */
  unique(): string {
    return this.#transport.nuid.next();
  }

  get packages(): JetStream {
    return this.#jetstream;
  }

  /** The interface to streams. @throws ERR_NET_SERVER, ERR_NET_REFUSED, ERR_NET_DOWN */
  async manager(): Promise<JetStreamManager> {
    this.checkUp("a request to JetStream");
    try {
      return await this.answer((this.#jsm ??= this.#jetstream.jetstreamManager(this.nc, { timeout: this.options.timeoutMs })));
    } catch (error) {
      this.#jsm = undefined;
      if (error instanceof WarrenError) throw error;
      const what = "use JetStream ($JS.API.>)";
      if (!isNamed(error, "JetStreamNotEnabled", "NoRespondersError", "JetStreamApiError")) throw codedError(error, what);
      throw new WarrenError("ERR_NET_SERVER", `the server has no JetStream, which queues need: start it with nats-server --jetstream (${(error as Error).message})`, { version: this.nc.info?.version }, { cause: error });
    }
  }

  /** Sends what is under way, then closes. A server that does not answer is not waited for. */
  async close(): Promise<void> {
    const { isUp } = this;
    this.#publishSoon();
    this.#end(new WarrenError("ERR_NET_CLOSED", "the connection to the servers was closed"));
    if (isUp) await within(this.nc.drain(), this.options.timeoutMs);
    await this.nc.close();
  }

  async #watch(): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type === "disconnect" || status.type === "staleConnection") this.#turn(false);
      else if (status.type === "reconnect") this.#turn(true);
      else if (status.type === "error") this.#refused(status.error);
    }
    const closed = await this.nc.closed();
    this.#isUp = false;
    const error = closed instanceof Error ? (this.#refusal ?? closed) : undefined;
    this.#end(new WarrenError("ERR_NET_CLOSED", `the connection to ${this.options.servers.join(", ")} has ended${error === undefined ? "" : `: ${error.message}`}`, {}, { cause: error }));
  }

  #refused(error: Error): void {
    const { operation, subject } = error as { operation?: unknown; subject?: unknown };
    if (!isNamed(error, "PermissionViolationError")) this.#refusal = refusalOf(error, "connect");
    if (!isNamed(error, "PermissionViolationError") || operation !== "publish" || typeof subject !== "string") return;
    const refusal = refusalOf(error, `publish to ${subject}`);
    if (refusal !== undefined) for (const listener of this.#listeners) listener.refused?.(refusal, subject);
  }

  #turn(isUp: boolean): void {
    if (this.#isUp === isUp || this.#closed !== undefined) return;
    this.#isUp = isUp;
    if (!isUp) this.#endAnswers(new WarrenError("ERR_NET_DOWN", "the connection ended before the server had answered", { servers: this.options.servers }));
    for (const listener of this.#listeners) if (isUp) listener.up?.();
    else listener.down?.();
  }

  #end(error: WarrenError): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    this.#endAnswers(error);
    for (const listener of this.#listeners) listener.closed?.(error);
  }
}

function connectionOptions({ servers, node, name, auth, tls, isPrivate, timeoutMs }: ResolvedJoin, transport: Transport): NodeConnectionOptions {
  const options: ConnectionOptions = {
    servers: [...servers],
    name: `warren ${name} ${node}`,
    timeout: timeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_MS,
    pingInterval: PING_MS,
    inboxPrefix: `warren.${name}.inbox`,
    // The addresses that a server tells could be plain ones of other machines.
    ignoreClusterUpdates: tls === undefined && isPrivate,
    noAsyncTraces: true,
  };
  if (auth !== undefined) options.authenticator = authenticatorOf(auth, transport);
  if (tls !== undefined) {
    const check = { checkServerIdentity: (host: string, certificate: PeerCertificate) => identityError(servers, host, certificate) };
    options.tls = { ...check, ...(tls.ca === undefined ? {} : { caFile: tls.ca }), ...(tls.cert === undefined ? {} : { certFile: tls.cert }), ...(tls.key === undefined ? {} : { keyFile: tls.key }) };
  }
  return options;
}

/** Why a certificate is not that of a server. The client gives no name for a server that was given as an address, and Node takes "localhost" then. */
function identityError(servers: readonly string[], host: string, certificate: PeerCertificate): Error | undefined {
  if (host !== "localhost") return checkServerIdentity(host, certificate);
  const errors = servers.map((server) => new URL(`tls://${server}`).hostname.replaceAll(/[[\]]/g, ""))
    .filter((name) => isIP(name) !== 0 || name === host)
    .map((name) => checkServerIdentity(name, certificate));
  return errors.includes(undefined) ? undefined : (errors[0] ?? new Error(`no server of join is called ${host}`));
}

/** @throws ERR_INVALID_ARGUMENT */
function authenticatorOf(auth: Credentials, { credsAuthenticator, nkeyAuthenticator, tokenAuthenticator, usernamePasswordAuthenticator }: Transport): Authenticator {
  if ("credsFile" in auth) return tried(() => credsAuthenticator(renewable(auth.credsFile)), "auth.credsFile of join names a file without a user's JWT and seed");
  if ("nkeySeed" in auth) return tried(() => nkeyAuthenticator(new TextEncoder().encode(auth.nkeySeed)), "auth.nkeySeed of join is not the seed of a user, which begins with SU");
  if ("token" in auth) return tokenAuthenticator(auth.token);
  return usernamePasswordAuthenticator(auth.user, auth.pass);
}

type Authenticator = Exclude<NonNullable<ConnectionOptions["authenticator"]>, unknown[]>;

/** A file of credentials, read for each connection, because tools renew it. While it is being replaced, the text before is used. */
function renewable(file: string): () => Buffer {
  let text = readFileSync(file);
  return () => {
    try {
      const now = readFileSync(file);
      if (/END USER NKEY SEED-+\s*$/.test(now.toString("latin1"))) text = now;
    } catch {
      // It is not there at the moment.
    }
    return text;
  };
}

/** An authenticator that can sign. What it throws is kept out of the error, because it might quote a secret. */
function tried(make: () => Authenticator, why: string): Authenticator {
  try {
    const authenticator = make();
    authenticator("a nonce");
    return authenticator;
  } catch {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `the option ${why}`);
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
