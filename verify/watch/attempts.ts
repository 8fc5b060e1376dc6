/** Attempts to get in, each with the answer of the server. The tests have more of them; these are the ones for the page of results. */
import { connect, type Socket } from "node:net";
import type { Message } from "../../src/lab/watch/protocol.ts";
import { ask, follow, type Asked, Watching } from "./command.ts";

/** An attempt, its answer, and whether it got in. */
export interface Attempt {
  readonly what: string;
  readonly answer: string;
  readonly isRefused: boolean;
}

const START = JSON.stringify({ do: "start", choice: { program: "gophers", design: "G6", world: "wait", threads: 1, carts: null } });
const MOST_CONNECTIONS = 1000;
const whole = new Intl.NumberFormat("en");
/** Viewers that may look on at the same time. */
const MOST_VIEWERS = 32;

/** Tries all, and that nothing has begun to run by then. */
export async function tryAll(): Promise<Attempt[]> {
  await using watching = await Watching.open("--designs", "G1");
  const { port, origin } = watching;
  const cookie = await watching.cookie();
  const command = (headers: Readonly<Record<string, string>>, body = START): Asked => ({ method: "POST", path: "/command", headers: { cookie, origin, "content-type": "application/json", ...headers }, body });
  const without = ({ headers, ...rest }: Asked, name: string): Asked => ({ ...rest, headers: Object.fromEntries(Object.entries(headers ?? {}).filter(([key]) => key !== name)) });
  const list: readonly (readonly [what: string, asked: Asked])[] = [
    ["the page under a name of somebody else (DNS rebinding): `Host: evil.test`", { path: "/", headers: { cookie, host: `evil.test:${port}` } }],
    ["a command under that name", command({ host: `evil.test:${port}` })],
    ["the page without a token or cookie", { path: "/" }],
    ["the page with a wrong token", { path: "/?token=AAAAAAAAAAAAAAAAAAAAAA" }],
    ["the events without a cookie", { path: "/events" }],
    ["a command without a cookie", without(command({}), "cookie")],
    ["a command of a foreign page: `Origin: http://evil.test`", command({ origin: "http://evil.test" })],
    ["a command without `Origin`", without(command({}), "origin")],
    ["a command of a form of another site: `Sec-Fetch-Site: cross-site`", command({ "sec-fetch-site": "cross-site" })],
    ["the events for a foreign page", { path: "/events", headers: { cookie, origin: "http://evil.test" } }],
    ["a command as `text/plain`, which needs no preflight", command({ "content-type": "text/plain" })],
    ["a command of 5 KiB", command({}, START + " ".repeat(5 * 1024))],
    ["a command that is not JSON", command({}, "{")],
    ["a command that does not exist", command({}, JSON.stringify({ do: "exec", file: "/etc/passwd" }))],
    ["a command with a field too many", command({}, JSON.stringify({ ...(JSON.parse(START) as object), module: "../evil.ts" }))],
    ["a design that is a path", command({}, START.replace("G6", "../../etc/passwd"))],
    ["1,000,000 threads", command({}, START.replace('"threads":1', '"threads":1000000'))],
    ["`GET /../package.json`", { path: "/../package.json", headers: { cookie } }],
    ["`GET /%2e%2e/package.json`", { path: "/%2e%2e/package.json", headers: { cookie } }],
    ["`GET http://evil.test/`: to use the server as a proxy", { path: "http://evil.test/", headers: { cookie } }],
    ["`PUT /`", { method: "PUT", path: "/", headers: { cookie } }],
    ["`OPTIONS /command` of a foreign page: a preflight", { method: "OPTIONS", path: "/command", headers: { cookie, origin: "http://evil.test" } }],
  ];
  const attempts: Attempt[] = [];
  for (const [what, asked] of list) {
    const { status, headers, body } = await ask(port, asked);
    const said = /"text":"(.*)"/.exec(body)?.[1] ?? body.replaceAll(/<title>.*?<\/title>|<h1>.*?<\/h1>|<a .*?<\/a>|<[^>]+>/g, " ");
    const hasCors = Object.keys(headers).some((name) => name.startsWith("access-control-"));
    attempts.push({ what, answer: `${status}: ${said.trim()}`.replaceAll(/\s+/g, " "), isRefused: status >= 400 && !hasCors });
  }
  let runs = 0;
  let started = 0;
  await follow(watching, (message: Message) => {
    if (message.kind === "run") runs++;
    if (message.kind === "run" && message.choice.design !== "G1") started++;
    return message.kind === "events" && runs > 0;
  });
  attempts.push({ what: "what all of these have started", answer: started === 0 ? "nothing" : `${started} runs`, isRefused: started === 0 });
  attempts.push(await connections(watching, cookie));
  return attempts;
}

/** Many connections that ask for events, with the cookie: some get them, and the server goes on. */
async function connections({ port, origin }: Watching, cookie: string): Promise<Attempt> {
  const head = `GET /events HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nCookie: ${cookie}\r\n\r\n`;
  const counts = { taken: 0, refused: 0, closed: 0 };
  const sockets: Socket[] = [];
  await Promise.all(Array.from({ length: MOST_CONNECTIONS }, () => new Promise<void>((resolve) => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    let answer: keyof typeof counts | undefined;
    const end = (what: keyof typeof counts): void => {
      if (answer === undefined) counts[what]++;
      answer ??= what;
      resolve();
    };
    socket.on("error", () => end("closed")).on("close", () => end("closed"));
    socket.once("data", (data: Buffer) => end(data.toString("latin1").startsWith("HTTP/1.1 200") ? "taken" : "refused"));
    socket.write(head);
  })));
  for (const socket of sockets) socket.destroy();
  const { status } = await ask(port, { path: "/", headers: { cookie } });
  return {
    what: `${whole.format(MOST_CONNECTIONS)} connections at the same time, with the cookie`,
    answer: `${counts.taken} look on, ${counts.refused} are answered 503, ${counts.closed} closed; then the page is answered with ${status}`,
    isRefused: status === 200 && counts.taken <= MOST_VIEWERS,
  };
}
