/** `warren watch` in a process of its own, and a page that looks on without a browser. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Command, Message } from "../../src/lab/watch/protocol.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** The command, with its address. */
export class Watching implements AsyncDisposable {
  /** With the token. */
  readonly url: string;
  readonly process: ChildProcess;

  private constructor(process: ChildProcess, url: string) {
    this.process = process;
    this.url = url;
  }

  /** @param options those of the command line */
  static async open(...options: readonly string[]): Promise<Watching> {
    const child = spawn(process.execPath, [MAIN, "watch", "--no-open", ...options], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stderr.on("data", (part: Buffer) => (said += part.toString()));
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /http:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) return new Watching(child, url);
    }
    throw new Error(`warren watch gave no address: ${said}`);
  }

  get origin(): string {
    return new URL(this.url).origin;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** What a browser would keep. */
  async cookie(): Promise<string> {
    const { headers } = await ask(this.port, { path: this.url.slice(this.origin.length) });
    return headers["set-cookie"]?.[0]?.split(";", 1)[0] ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode !== null) return;
    this.process.kill("SIGTERM");
    await once(this.process, "exit");
  }
}

/** A request to the server. */
export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The answer to a request. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export function ask(port: number, { method = "GET", path, headers = {}, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on("error", reject);
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

/** Follows what goes on; `each` is called with every message until it returns true. */
export async function follow(watching: Watching, each: (message: Message) => boolean): Promise<void> {
  const headers = { cookie: await watching.cookie() };
  await new Promise<void>((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port: watching.port, path: "/events", headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
          text = text.slice(end + 2);
          if (data === undefined || !each(JSON.parse(data) as Message)) continue;
          response.destroy();
          return resolve();
        }
      });
      response.on("close", () => reject(new Error("the server has ended the events")));
    });
    asking.on("error", reject);
    asking.end();
  });
}

/** Sends a command as the page does. */
export async function command(watching: Watching, what: Command): Promise<void> {
  const { status, body } = await ask(watching.port, { method: "POST", path: "/command", headers: { cookie: await watching.cookie(), origin: watching.origin, "content-type": "application/json" }, body: JSON.stringify(what) });
  if (status !== 200) throw new Error(`the command was refused: ${body}`);
}
