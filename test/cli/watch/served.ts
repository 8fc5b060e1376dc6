/** A server of a page for tests, and clients that send exactly the bytes that they are given. */
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { openServer, type Answer, type PageServer, type Served } from "../../../src/cli/watch/server.ts";
import type { CommandLimits } from "../../../src/lab/watch/commands.ts";
import type { Choice, Command, Message } from "../../../src/lab/watch/protocol.ts";

const LIMITS: CommandLimits = {
  designs: [{ id: "G1", what: "one gopher", takesCarts: false, mostCarts: 1 }, { id: "G6", what: "a team", takesCarts: true, mostCarts: 8 }],
  worlds: ["cpu", "wait"],
  mostThreads: 16,
};
const CHOICE: Choice = { program: "gophers", design: "G6", world: "wait", threads: 2, carts: null };
export const START = JSON.stringify({ do: "start", choice: CHOICE } satisfies Command);

/** A server, and what it was told to do. */
export interface Opened {
  readonly server: PageServer;
  /** Commands that reached the program. */
  readonly commands: Command[];
  /** The cookie that a browser has after it opened the address: "name=secret". */
  readonly cookie: string;
  /** Headers of a command from the page. */
  readonly own: Readonly<Record<string, string>>;
}

/** Opens a server that is closed after the test. */
export async function opened(served: Partial<Served> & { readonly reply?: Answer } = {}): Promise<Opened> {
  const commands: Command[] = [];
  const server = await openServer({
    port: 0,
    page: () => "<!doctype html><title>page</title>",
    policy: "default-src 'none'; connect-src 'self'",
    recording: () => null,
    limits: LIMITS,
    onCommand: (command) => {
      commands.push(command);
      return served.reply ?? { ok: true };
    },
    snapshot: () => [],
    ...served,
  });
  onTestFinished(() => server.close());
  const { headers } = await ask(server.port, { path: new URL(server.url).pathname + new URL(server.url).search });
  const cookie = headers["set-cookie"]?.split(";", 1)[0] ?? "";
  return { server, commands, cookie, own: { cookie, origin: `http://127.0.0.1:${server.port}`, "sec-fetch-site": "same-origin", "content-type": "application/json" } };
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly raw: string;
}

/** A request as it is sent; no header is added but Host and Content-Length. */
export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly host?: string;
  readonly address?: string;
}

/** Sends a request and reads until the server ends the connection. */
export function ask(port: number, { method = "GET", path = "/", headers = {}, body, host = `127.0.0.1:${port}`, address = "127.0.0.1" }: Asked = {}): Promise<Reply> {
  const all = { host, connection: "close", ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }), ...headers };
  return exchange(port, Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`), Buffer.from(body ?? "")]), address);
}

/** Sends bytes and reads until the server ends the connection. */
export function exchange(port: number, bytes: Buffer | string, address = "127.0.0.1"): Promise<Reply> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    let raw = "";
    socket.setEncoding("utf8").on("data", (text: string) => (raw += text));
    // A connection that is cut counts as what came until then.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(replyOf(raw)));
    socket.write(bytes);
  });
}

function replyOf(raw: string): Reply {
  const end = raw.indexOf("\r\n\r\n");
  const [first = "", ...lines] = raw.slice(0, Math.max(0, end)).split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [name, value] = [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()];
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: Number(first.split(" ")[1] ?? 0), headers, body: raw.slice(end + 4), raw };
}

/** One event of a stream. */
export interface Received {
  readonly id: number;
  readonly message: Message;
}

/** A page that watches. */
export interface Onlooker {
  readonly socket: Socket;
  readonly received: Received[];
  /** Lines that are comments. */
  readonly comments: string[];
  readonly head: () => string;
  readonly ended: () => boolean;
}

/** Connects to the stream. `paused`: takes nothing until its socket is resumed. */
export function lookOn({ server, cookie }: Pick<Opened, "server" | "cookie">, paused = false): Onlooker {
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  onTestFinished(() => void socket.destroy());
  const received: Received[] = [];
  const comments: string[] = [];
  let [head, rest, ended] = ["", "", false];
  socket.write(`GET /events HTTP/1.0\r\nHost: 127.0.0.1:${server.port}\r\nCookie: ${cookie}\r\n\r\n`);
  socket.setEncoding("utf8").on("error", () => undefined).on("close", () => (ended = true));
  socket.on("data", (text: string) => {
    const events = (rest + text).split(head === "" ? "\r\n\r\n" : "\n\n");
    if (head === "" && events.length > 1) {
      head = events[0] as string;
      events.splice(0, events.length, ...events.slice(1).join("\r\n\r\n").split("\n\n"));
    }
    rest = events.pop() as string;
    for (const event of events) {
      const [, id, data] = /^id: (\d+)\ndata: ([^\n]*)$/.exec(event) ?? [];
      if (data === undefined) comments.push(event);
      else received.push({ id: Number(id), message: JSON.parse(data) as Message });
    }
  });
  if (paused) socket.pause();
  return { socket, received, comments, head: () => head, ended: () => ended };
}

/** Waits for a fact. */
export async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A message of events with that number of bytes, about. */
export function events(run: number, bytes = 0): Message {
  return { kind: "events", run, untilMs: 0, lost: 0, tasks: bytes === 0 ? [] : [[1, "x".repeat(bytes), 0, 0]], ends: [], marks: [], slices: [], waits: [], open: [] };
}

/** A message that is never dropped. */
export function state(text: string): Message {
  return { kind: "state", state: { phase: "idle", choice: CHOICE, text, failed: false } };
}
