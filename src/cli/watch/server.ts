/**
 * The server of the page of `warren watch`. It has four routes and no files:
 *
 *   GET  /           the page; with a secret in the address, the exchange for a cookie (guard.ts)
 *   GET  /events     what goes on, as Server-Sent Events (viewers.ts)
 *   POST /command    a command as JSON, at most 4 KiB: 200, or one line as `{ ok: false, text }`
 *   GET  /recording  the last run as a page of its own, to keep
 *
 * Paths are compared as they were sent, nothing is decoded, and nothing is read from a disk.
 * It knows nothing of gophers: its caller says what is served and what a command does.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readCommand, type CommandLimits } from "../../lab/watch/commands.ts";
import type { Command, Message } from "../../lab/watch/protocol.ts";
import { FileError } from "../options/values.ts";
import { Guard, type Refusal } from "./guard.ts";
import { MOST_VIEWERS, Viewers } from "./viewers.ts";

/** Whether a command was taken; `text`: one line that says why not. */
export type Answer = { readonly ok: true } | { readonly ok: false; readonly text: string };

/** What is served. */
export interface Served {
  /** 0: any port that is free. */
  readonly port: number;
  /** The page. */
  readonly page: () => string;
  /** The page's Content-Security-Policy. Whatever it says, no page can frame this one. */
  readonly policy: string;
  /** The last run as a page of its own; `null`: there was none. */
  readonly recording: () => string | null;
  /** What a command must keep to. */
  readonly limits: CommandLimits;
  /** Obeys a command that keeps to the limits, or says why not. */
  readonly onCommand: (command: Command) => Answer;
  /** What a page that connects now must get before what is sent after. Small messages, because a page takes them one by one. */
  readonly snapshot: () => readonly Message[];
}

/** A server that runs. */
export interface PageServer {
  readonly port: number;
  /** For the terminal: valid as long as the server runs. */
  readonly url: string;
  /** For the command line of a browser, which every user of the machine can read: valid once, for a minute, until the next one is made. */
  ticketUrl(): string;
  /** Sends a message to all pages. The program never waits for a page. */
  send(message: Message): void;
  /** Pages that watch. */
  readonly viewers: number;
  /** Bytes that wait for the slowest page. */
  readonly outstanding: number;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

const MOST_BODY_BYTES = 4096;
/** Of each of the two addresses. Connections above that are closed. */
const MOST_CONNECTIONS = 128;
/** A browser on the same machine sends a request in milliseconds. */
const TIMES = { headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000, keepAliveTimeout: 5000 } as const;
/** With port 0: ports to try, if another program has the same port of the other address. */
const MOST_TRIES = 20;
/** This machine has no IPv6. */
const NO_ADDRESS: ReadonlySet<string | undefined> = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

/** With every answer. Chromium lets other servers of this host load what has no Cross-Origin-Resource-Policy. */
const HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};
const NO_FRAME = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** Of all answers but the page. */
const NOTHING = `default-src 'none'; ${NO_FRAME}`;
const ROUTES: ReadonlyMap<string, "GET" | "POST"> = new Map([["/", "GET"], ["/events", "GET"], ["/command", "POST"], ["/recording", "GET"]]);

/** Opens the server. @throws FileError if the port cannot be used */
export async function openServer(served: Served): Promise<PageServer> {
  let site: Site | null = null;
  const servers = await listen(served.port, (request, response) => {
    // The second address is not open yet: an old page tries again.
    if (site === null) response.destroy();
    else answer(request, response, site);
  });
  const { port } = (servers[0] as Server).address() as AddressInfo;
  const guard = new Guard(port);
  const viewers = new Viewers();
  site = { served, guard, viewers };
  const origin = `http://127.0.0.1:${port}/`;
  return {
    port,
    url: origin + guard.entry,
    ticketUrl: () => origin + guard.ticket(),
    send: (message) => viewers.send(message),
    get viewers() {
      return viewers.size;
    },
    get outstanding() {
      return viewers.outstanding;
    },
    async close() {
      viewers.close();
      await Promise.all(servers.map(closed));
    },
  };
}

/** What answers need. */
interface Site {
  readonly served: Served;
  readonly guard: Guard;
  readonly viewers: Viewers;
}

function answer(request: IncomingMessage, response: ServerResponse, site: Site): void {
  const { served, guard, viewers } = site;
  const admitted = guard.check(request);
  if ("status" in admitted) return refuse(request, response, admitted);
  const { path, entered } = admitted;
  const method = ROUTES.get(path);
  if (method === undefined) return refuse(request, response, { status: 404, text: "there is no such page" });
  if (request.method !== method) return refuse(request, response, { status: 405, text: `${path} answers only ${method}`, allow: method });
  if (path === "/command") return readBody(request, response, site);
  if (path === "/events") return beginStream(request, response, viewers, served);
  if (path === "/recording") return sendRecording(request, response, served.recording());
  if (entered) return send(response, 303, "text/plain", "", { location: "/", "set-cookie": guard.setCookie });
  send(response, 200, "text/html", served.page(), { "content-security-policy": [served.policy, NO_FRAME] });
}

/** Refused before its body is read: the connection ends with the answer, and so the rest of it. */
function refuse(request: IncomingMessage, response: ServerResponse, { status, text, allow }: Refusal): void {
  const headers = { connection: "close", ...(allow === undefined ? {} : { allow }) };
  const path = request.url?.split("?", 1)[0];
  if (path === "/command") send(response, status, "application/json", JSON.stringify({ ok: false, text }), headers);
  else if (path === "/") send(response, status, "text/html", refusalPage(text), headers);
  else send(response, status, "text/plain", `${text}\n`, headers);
}

/** The link helps if the person came by one of a foreign page: browsers do not send the cookie then, but they do from here. */
function refusalPage(text: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>warren watch</title><h1>warren watch</h1><p>${text[0]?.toUpperCase()}${text.slice(1)}.</p><p><a href="/">Try again</a></p></html>`;
}

/** `text` is the server's own, or that of its caller: nothing of a request is in it, except quoted JSON, which is sent as JSON. */
function send(response: ServerResponse, status: number, type: string, text: string, headers: Readonly<Record<string, string | string[]>> = {}): void {
  response.writeHead(status, { ...HEADERS, "content-security-policy": NOTHING, "content-type": `${type}; charset=utf-8`, "content-length": Buffer.byteLength(text), ...headers });
  response.end(text);
}

function beginStream(request: IncomingMessage, response: ServerResponse, viewers: Viewers, served: Served): void {
  if (viewers.size >= MOST_VIEWERS) return refuse(request, response, { status: 503, text: `${MOST_VIEWERS} pages watch already: close one of them` });
  response.writeHead(200, { ...HEADERS, "content-security-policy": NOTHING, "content-type": "text/event-stream" });
  // In one step: what is sent from now on comes after the snapshot.
  viewers.add(response, served.snapshot());
}

function sendRecording(request: IncomingMessage, response: ServerResponse, recording: string | null): void {
  if (recording === null) return refuse(request, response, { status: 404, text: "there is no recording yet: nothing has run" });
  send(response, 200, "text/html", recording, { "content-disposition": 'attachment; filename="warren-watch.html"' });
}

function readBody(request: IncomingMessage, response: ServerResponse, { served }: Site): void {
  if (request.headers["content-type"] !== "application/json") return refuse(request, response, { status: 415, text: "a command must have the type application/json" });
  const parts: Buffer[] = [];
  let length = 0;
  request.on("data", (part: Buffer) => {
    length += part.byteLength;
    if (length <= MOST_BODY_BYTES) parts.push(part);
    else if (!response.headersSent) refuse(request, response, { status: 413, text: `a command has at most ${MOST_BODY_BYTES} bytes` });
  });
  // Not when the connection was cut: half a command is none.
  request.on("end", () => {
    if (!response.headersSent) obey(request, response, Buffer.concat(parts), served);
  });
}

function obey(request: IncomingMessage, response: ServerResponse, body: Buffer, { limits, onCommand }: Served): void {
  const text = textOf(body);
  const read = text === null ? { ok: false as const, text: "the command is not text in UTF-8" } : readCommand(text, limits);
  if (!read.ok) return refuse(request, response, { status: 400, text: read.text });
  const taken = onCommand(read.command);
  send(response, taken.ok ? 200 : 409, "application/json", JSON.stringify(taken));
}

function textOf(body: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** Servers on 127.0.0.1 and, where there is one, on ::1, with the same port: `localhost` can mean either. */
async function listen(port: number, onRequest: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server[]> {
  for (let tries = 1; ; tries++) {
    const first = createServer(TIMES, onRequest);
    const error = await listening(first, port, "127.0.0.1");
    if (error !== null) throw refused(port, error);
    const second = createServer(TIMES, onRequest);
    const other = await listening(second, (first.address() as AddressInfo).port, "::1");
    if (other === null) return [first, second];
    if (NO_ADDRESS.has(other.code)) return [first];
    await closed(first);
    if (port !== 0 || tries === MOST_TRIES) throw refused(port, other);
  }
}

function listening(server: Server, port: number, host: string): Promise<NodeJS.ErrnoException | null> {
  server.maxConnections = MOST_CONNECTIONS;
  return new Promise((resolve) => {
    server.once("error", resolve);
    server.listen({ port, host, exclusive: true }, () => {
      server.off("error", resolve);
      resolve(null);
    });
  });
}

function refused(port: number, { code, message }: NodeJS.ErrnoException): FileError {
  if (code === "EADDRINUSE") return new FileError(`--port: port ${port} is in use by another program: choose another one, or 0 for any that is free`);
  return new FileError(`--port: port ${port} cannot be used: ${code === "EACCES" ? "this user may not open it" : message}`);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
