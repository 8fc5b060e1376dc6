/** TypeScript's language server, which editors ask, on files of this project. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(import.meta.dirname, "../..");
const SERVER = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

/** A message of the Language Server Protocol. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class LanguageServer implements AsyncDisposable {
  readonly #process = spawn(process.execPath, [SERVER, "--lsp", "--stdio"], { cwd: ROOT, stdio: ["pipe", "pipe", "ignore"] });
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #exited = new Promise((resolve) => this.#process.once("exit", resolve));
  #received = Buffer.alloc(0);
  #lastId = 0;

  private constructor() {
    this.#process.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    void this.#exited.then(() => {
      for (const { reject } of this.#asked.values()) reject(new Error("the language server has ended"));
    });
  }

  static async start(): Promise<LanguageServer> {
    const server = new LanguageServer();
    await server.#ask("initialize", { processId: process.pid, rootUri: pathToFileURL(ROOT).href, capabilities: { textDocument: { signatureHelp: { signatureInformation: { documentationFormat: ["markdown"] } } } } });
    server.#tell("initialized", {});
    return server;
  }

  /** Opens a file with a text that can differ from the one on the disk. */
  open(path: string, text: string): void {
    this.#tell("textDocument/didOpen", { textDocument: { uri: pathToFileURL(path).href, languageId: "typescript", version: 1, text } });
  }

  /** What a hover over the character at `offset` of an open file shows: Markdown. */
  async hover(path: string, text: string, offset: number): Promise<string> {
    const found = (await this.#ask("textDocument/hover", at(path, text, offset))) as { readonly contents: { readonly value: string } } | null;
    return found?.contents.value ?? "";
  }

  /** The comment that is shown while the arguments at `offset` are written. */
  async callComment(path: string, text: string, offset: number): Promise<string> {
    const found = (await this.#ask("textDocument/signatureHelp", at(path, text, offset))) as { readonly signatures: readonly { readonly documentation?: { readonly value: string } }[] } | null;
    return found?.signatures[0]?.documentation?.value ?? "";
  }

  /** The messages of the errors in an open file. */
  async errors(path: string): Promise<string[]> {
    const { items } = (await this.#ask("textDocument/diagnostic", { textDocument: { uri: pathToFileURL(path).href } })) as { readonly items: readonly { readonly message: string }[] };
    return items.map(({ message }) => message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ask("shutdown");
    this.#tell("exit");
    this.#process.stdin.end();
    await this.#exited;
  }

  #ask(method: string, params?: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(id, asked);
    this.#write({ id, method, params });
    return asked.promise;
  }

  #tell(method: string, params?: unknown): void {
    this.#write({ method, params });
  }

  #write(message: object): void {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const end = this.#received.indexOf("\r\n\r\n");
      const [, bytes] = /Content-Length: (\d+)/i.exec(this.#received.subarray(0, Math.max(end, 0)).toString()) ?? [];
      const from = end + "\r\n\r\n".length;
      if (bytes === undefined || this.#received.length < from + Number(bytes)) return;
      this.#take(JSON.parse(this.#received.subarray(from, from + Number(bytes)).toString()) as Message);
      this.#received = this.#received.subarray(from + Number(bytes));
    }
  }

  #take({ id, method, params, result, error }: Message): void {
    // A question of the server: it has no settings and no capabilities to register.
    if (id !== undefined && method !== undefined) this.#write({ id, result: method === "workspace/configuration" ? (params?.items ?? []).map(() => null) : null });
    else if (id !== undefined && error === undefined) this.#asked.get(id)?.resolve(result);
    else if (id !== undefined) this.#asked.get(id)?.reject(new Error(error?.message));
    if (id !== undefined && method === undefined) this.#asked.delete(id);
  }
}

/** A place in a file, as the protocol names it. */
function at(path: string, text: string, offset: number): object {
  const lines = text.slice(0, offset).split("\n");
  return { textDocument: { uri: pathToFileURL(path).href }, position: { line: lines.length - 1, character: lines.at(-1)?.length } };
}
