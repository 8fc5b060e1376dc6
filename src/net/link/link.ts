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
import { WarrenError } from "../../errors.ts";
import { clearTimeout, performance, setTimeout, within } from "../../host.ts";
import type { AbortSignal } from "../../wait/abort-signal.ts";
import { Names } from "./names.ts";
import { type JetStream, type Transport, loadPackages } from "./packages.ts";
import type { Credentials, ResolvedJoin } from "./options.ts";
import { refusalOf, unreachable } from "./refusals.ts";

/** The oldest server that is tested. */
const OLDEST = [2, 9] as const;
/** Between two tries to connect again, with a part that is random. */
const RECONNECT_MS = 250;
/** A connection that does not answer for two of these is taken for dead. */
const PING_MS = 10_000;

export interface LinkListener {
  /** The connection is there again; answers from before may be lost. */
  up?(): void;
  /** There is no connection. */
  down?(): void;
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
  #js: JetStreamClient | undefined;
  #jsm: Promise<JetStreamManager> | undefined;

  private constructor(options: ResolvedJoin, nc: NatsConnection, transport: Transport, jetstream: JetStream, warn: (text: string) => void) {
    this.options = options;
    this.#warn = warn;
    this.names = new Names(options.name);
    this.nc = nc;
    this.#transport = transport;
    this.#jetstream = jetstream;
    void this.#watch();
  }

  /** @throws ERR_NET_MISSING, ERR_NET_UNREACHABLE, ERR_NET_REFUSED, ERR_NET_SERVER */
  static async open(options: ResolvedJoin, warn: (text: string) => void): Promise<Link> {
    const { transport, jetstream } = await loadPackages();
    let nc: NatsConnection;
    try {
      nc = await transport.connect(connectionOptions(options, transport));
    } catch (error) {
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
  publish(subject: string, data: Uint8Array | string, what: string, options?: { reply?: string; headers?: MsgHdrs }): void {
    this.checkUp(what);
    this.checkSize(data.length, what);
    this.nc.publish(subject, data, options);
  }

  /** @throws ERR_TOO_BIG */
  checkSize(byteLength: number, what: string): void {
    const maximum = this.mostBytes;
    if (byteLength > maximum) throw new WarrenError("ERR_TOO_BIG", `${what} has ${byteLength} bytes, and the server takes ${maximum}: send a name for it (a file, a key) instead, or raise max_payload of the server`, { maximum, actual: byteLength });
  }

  /** Subscribes, and waits until the server knows. @throws ERR_NET_CLOSED, ERR_NET_DOWN, ERR_NET_REFUSED */
  async subscribe(subject: string, { callback, queue }: Subscriber): Promise<Subscription> {
    this.checkUp(`the subscription to ${subject}`);
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
      const refusal = refusalOf(error, "use JetStream ($JS.API.>)");
      if (refusal !== undefined) throw refusal;
      throw new WarrenError("ERR_NET_SERVER", `the server has no JetStream, which queues need: start it with nats-server --jetstream (${(error as Error).message})`, { version: this.nc.info?.version }, { cause: error });
    }
  }

  /** Sends what is under way, then closes. A server that does not answer is not waited for. */
  async close(): Promise<void> {
    const { isUp } = this;
    this.#end(new WarrenError("ERR_NET_CLOSED", "the connection to the servers was closed"));
    if (isUp) await within(this.nc.drain(), this.options.timeoutMs);
    await this.nc.close();
  }

  async #watch(): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type === "disconnect" || status.type === "staleConnection") this.#turn(false);
      else if (status.type === "reconnect") this.#turn(true);
    }
    const error = await this.nc.closed();
    this.#isUp = false;
    this.#end(new WarrenError("ERR_NET_CLOSED", `the connection to ${this.options.servers.join(", ")} has ended${error instanceof Error ? `: ${error.message}` : ""}`, {}, { cause: error }));
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
  if (tls !== undefined) options.tls = { ...(tls.ca === undefined ? {} : { caFile: tls.ca }), ...(tls.cert === undefined ? {} : { certFile: tls.cert }), ...(tls.key === undefined ? {} : { keyFile: tls.key }) };
  return options;
}

function authenticatorOf(auth: Credentials, { credsAuthenticator, nkeyAuthenticator, tokenAuthenticator, usernamePasswordAuthenticator }: Transport): NonNullable<ConnectionOptions["authenticator"]> {
  if ("credsFile" in auth) return credsAuthenticator(readFileSync(auth.credsFile));
  if ("nkeySeed" in auth) return nkeyAuthenticator(new TextEncoder().encode(auth.nkeySeed));
  if ("token" in auth) return tokenAuthenticator(auth.token);
  return usernamePasswordAuthenticator(auth.user, auth.pass);
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
