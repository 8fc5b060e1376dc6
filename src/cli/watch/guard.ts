/**
 * Which requests the page's server accepts. The server listens on this machine only, but that is
 * not enough: every page that the person has open can send requests to this machine, and so can
 * every other user of the machine.
 *
 * - A foreign page under a name that leads to 127.0.0.1 (DNS rebinding) is stopped by `Host`.
 * - A foreign page that sends a form, an image, a frame or a `fetch` is stopped by `Origin`, by
 *   `Sec-Fetch-Site` and by the cookie's SameSite=Strict. No answer ever has a CORS header.
 * - Another user, or another program, is stopped by a secret of 128 bits, compared in constant time.
 *
 * The secret in the terminal's address is valid as long as the command runs, so that a second
 * browser needs no second address. The address that is handed to a browser as an argument is
 * another one: `ps` shows arguments to every user of the machine, so its *ticket* is valid once and
 * for a minute. Both are exchanged for a cookie with a secret of its own, and the browser is sent
 * on to `/`. So no page ever has a secret in its address: none is in the history, in a
 * `Referer`, or on the screen of a projector.
 *
 * A client that is no browser sends no `Sec-Fetch-Site`: it is let in with the cookie, and must
 * send `Origin` with a command as every browser does.
 *
 * Not done: a path with a secret instead of a cookie. Browsers send a cookie to every port of a
 * host, so another server on this machine gets the cookie if the person visits it by the same
 * name. It could then read the page and send its commands, which are a closed set. A secret path
 * prevents that, but it would be in the history and on the screen.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Why a request is refused: the status and one line. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  /** For 405. */
  readonly allow?: string;
}

/** A request that may pass: its path; `entered`: it came with a secret in its address, to be exchanged for a cookie. */
export interface Admitted {
  readonly path: string;
  readonly entered: boolean;
}

const SECRET_BYTES = 16;
/** The default port of http, which browsers leave out of `Host` and `Origin`. */
const HTTP_PORT = 80;
const TICKET_MS = 60_000;
/** For a person: the only refusal that one can come across. */
const NO_ENTRY = "this address does not open the page: it was used before, it is incomplete, or it belongs to a warren watch that has ended. Open the address that warren watch printed in the terminal";

/** The checks of one server. */
export class Guard {
  /** The names that a browser on this machine can use, with the port. */
  readonly #hosts: ReadonlySet<string>;
  readonly #token = secret();
  readonly #session = secret();
  readonly #cookie: string;
  #ticket: { readonly secret: string; readonly untilMs: number } | null = null;

  constructor(port: number) {
    this.#hosts = new Set(["127.0.0.1", "localhost", "[::1]"].map((name) => (port === HTTP_PORT ? name : `${name}:${port}`)));
    // With the port, because servers on all ports of a host share their cookies.
    this.#cookie = `warren-${port}`;
  }

  /** The address's query that is valid as long as the server runs. */
  get entry(): string {
    return `?token=${this.#token}`;
  }

  /** A query that is valid once, and for a minute. It ends the one before. */
  ticket(): string {
    this.#ticket = { secret: secret(), untilMs: performance.now() + TICKET_MS };
    return `?token=${this.#ticket.secret}`;
  }

  /** What the browser is to keep. */
  get setCookie(): string {
    return `${this.#cookie}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Checks all but the body. The order matters: nothing is looked at before `Host`. */
  check(request: IncomingMessage): Admitted | Refusal {
    const { headers, headersDistinct, method = "", url = "" } = request;
    const host = headers.host ?? "";
    if (headersDistinct["host"]?.length !== 1 || !this.#hosts.has(host)) return { status: 421, text: "this server answers only to 127.0.0.1, localhost and [::1], each with its port" };
    if (headers.upgrade !== undefined) return { status: 400, text: "a change of protocol is refused" };
    const [, path, query] = /^(\/[\w./-]*)(?:\?([^#]*))?$/.exec(url) ?? [];
    if (path === undefined) return { status: 400, text: "the path of the request is malformed" };
    if (method !== "GET" && method !== "POST") return { status: 405, text: "only GET and POST are answered", allow: "GET, POST" };
    const foreign = foreignOf(request, path, `http://${host}`);
    if (foreign !== null) return { status: 403, text: foreign };
    const isEntry = path === "/" && method === "GET" && query !== undefined;
    if (!(isEntry && this.#enters(query)) && !this.#hasCookie(headers.cookie ?? "")) return { status: 403, text: NO_ENTRY };
    // With the cookie a used address is as good as a new one: it is exchanged, too, so that it does not stay in the browser.
    return { path, entered: isEntry };
  }

  #enters(query: string): boolean {
    const given = /^token=([\w-]+)$/.exec(query)?.[1];
    if (given === undefined) return false;
    const ticket = this.#ticket;
    if (ticket !== null && isSame(given, ticket.secret)) {
      this.#ticket = null;
      return performance.now() < ticket.untilMs;
    }
    return isSame(given, this.#token);
  }

  /** Any of them: another server on this host can have set a cookie of the same name. */
  #hasCookie(header: string): boolean {
    return header.split(";").map((pair) => pair.trim()).some((pair) => pair.startsWith(`${this.#cookie}=`) && isSame(pair.slice(this.#cookie.length + 1), this.#session));
  }
}

/** Why a request comes from a foreign page; `null`: it does not. */
function foreignOf({ headers, method }: IncomingMessage, path: string, own: string): string | null {
  const { origin } = headers;
  const site = headers["sec-fetch-site"];
  const refused = "the request comes from another page";
  if (origin !== undefined && origin !== own) return refused;
  if (method === "POST" && origin === undefined) return "a command needs the header Origin";
  if (site === undefined || site === "same-origin") return null;
  // The page itself can be opened from anywhere, for example by a link in a terminal on a web page; but never into another page.
  if (path === "/") return headers["sec-fetch-dest"] === "document" ? null : refused;
  // "none": the person typed the address.
  return path === "/recording" && site === "none" ? null : refused;
}

function secret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/** Compares digests, because those have one length and tell nothing about where two texts differ. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
