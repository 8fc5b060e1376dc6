/**
 * The HTTP side of the upload service: routes, limits, statuses. It knows nothing of
 * threads; `hash` does the work.
 *
 *     POST /hash?rounds=10000   the hash of the body
 *     GET /health               200, or 503 while the service stops
 *     GET /metrics              counters for Prometheus
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";

/** Hashes a body. `gone` aborts when the client has gone. An `HttpError` becomes the answer. */
export type Hash = (body: AsyncIterable<Uint8Array>, rounds: number, gone: AbortSignal) => Promise<string>;

export interface ServiceOptions {
  readonly hash: Hash;
  /** Metrics of the back end, in Prometheus's text format. */
  readonly metrics: () => Promise<string>;
  /** At most so many uploads are in progress or wait. A further one is refused with 503. */
  readonly capacity: number;
  /** Largest upload. */
  readonly maxBytes: number;
  /** Most rounds that a client may ask for. */
  readonly maxRounds: number;
}

/** What a client is answered instead of a result. */
export class HttpError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.headers = headers;
  }
}

const METHODS: Readonly<Record<string, readonly string[]>> = { "/hash": ["POST"], "/health": ["GET", "HEAD"], "/metrics": ["GET", "HEAD"] };
const DEFAULT_ROUNDS = 10_000;
/** The client has gone before the answer; the number is nginx's. */
const GONE = 499;

/** A server that does not listen yet. */
export function createService({ hash, metrics, capacity, maxBytes, maxRounds }: ServiceOptions): Server {
  const answers = new Map<number, number>();
  let inside = 0;

  const server = createServer(async (request, response) => {
    let status = 200;
    try {
      const text = await route(request, response);
      answer(response, status, text);
    } catch (error) {
      if (!(error instanceof HttpError)) console.error(error);
      const { headers, message } = error instanceof HttpError ? error : new HttpError(500, "this service has a fault");
      status = error instanceof HttpError ? error.status : 500;
      answer(response, status, `${message}\n`, headers);
    }
    answers.set(status, (answers.get(status) ?? 0) + 1);
  });
  return server;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<string> {
    const url = URL.parse(request.url ?? "", "http://localhost");
    if (url === null) throw new HttpError(400, "this is not a URL");
    const methods = METHODS[url.pathname];
    if (methods === undefined) throw new HttpError(404, `there is no ${url.pathname}; there are ${Object.keys(METHODS).join(", ")}`);
    if (!methods.includes(request.method ?? "")) throw new HttpError(405, `${url.pathname} takes ${methods.join(" and ")}`, { allow: methods.join(", ") });
    if (url.pathname === "/hash") return upload(request, response, url.searchParams);
    if (url.pathname === "/metrics") {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      return (await metrics()) + ownMetrics();
    }
    if (!server.listening) throw new HttpError(503, "the service is stopping");
    return "ok\n";
  }

  async function upload(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<string> {
    const rounds = Number(query.get("rounds") ?? DEFAULT_ROUNDS);
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > maxRounds) throw new HttpError(400, `rounds must be an integer from 1 to ${maxRounds}`);
    if (Number(request.headers["content-length"]) > maxBytes) throw tooLarge(maxBytes);
    if (inside >= capacity) throw new HttpError(503, "too many uploads are waiting", { "retry-after": "1" });
    inside++;
    const gone = new AbortController();
    const leave = (): void => {
      if (!response.writableEnded) gone.abort(new HttpError(GONE, "the client has gone"));
    };
    response.once("close", leave);
    try {
      return `${await hash(chunksOf(request, maxBytes), rounds, gone.signal)}\n`;
    } catch (error) {
      throw gone.signal.aborted ? gone.signal.reason : error;
    } finally {
      inside--;
      response.off("close", leave);
    }
  }

  function answer(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
    if (response.destroyed) return;
    // After `server.close()` a connection ends with the answer; otherwise the client would use it again.
    if (!server.listening) response.setHeader("connection", "close");
    if (!response.hasHeader("content-type")) response.setHeader("content-type", "text/plain");
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.statusCode = status;
    response.end(text);
  }

  function ownMetrics(): string {
    const lines = [...answers].toSorted(([a], [b]) => a - b).map(([status, count]) => `uploads_answers_total{status="${status}"} ${count}\n`);
    return `# HELP uploads_in_progress Uploads that are hashed or wait.\n# TYPE uploads_in_progress gauge\nuploads_in_progress ${inside}\n# HELP uploads_answers_total Answers by status.\n# TYPE uploads_answers_total counter\n${lines.join("")}`;
  }
}

/** The body of a request. What is left of it when the reader stops is read and dropped, so that the client gets its answer. */
async function* chunksOf(request: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
    if (size === 0) throw new HttpError(400, "the upload is empty");
  } finally {
    request.resume();
  }
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, `an upload may have at most ${maxBytes} bytes`);
}
