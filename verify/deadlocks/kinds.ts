/**
 * Kinds of outside event: each arms one event that calls `wake` some time later, and
 * returns. Nothing else is open on the thread, so that a search for deadlocks that does not
 * see this kind reports a false one. Delays come from outside the thread: a shell, or the
 * slow servers of the main thread (program.ts).
 */
import { exec, execFile, execFileSync, fork, spawn } from "node:child_process";
import * as crypto from "node:crypto";
import dgram from "node:dgram";
import dns from "node:dns";
import * as fs from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import * as timers from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MessageChannel, Worker, receiveMessageOnPort, threadId } from "node:worker_threads";
import zlib from "node:zlib";

/** Where the slow servers of the main thread are, and the name of its channel and lock. */
export interface Places {
  readonly port: number;
  readonly udpPort: number;
  readonly httpPort: number;
  readonly http2Port: number;
  readonly name: string;
}

const MS = 700;
const MEGABYTES = 64;

/** Runs a shell command after `MS`, in a process that this thread does not know. */
function later(command: string): void {
  execFileSync("sh", ["-c", `(sleep ${MS / 1000}; ${command}) >/dev/null 2>&1 &`]);
}

function scratch(): string {
  return fs.mkdtempSync(join(tmpdir(), "warren-"));
}

/** A pipe with a name, into which a line is written later. */
function slowPipe(): string {
  const path = join(scratch(), "pipe");
  execFileSync("mkfifo", [path]);
  later(`echo late > ${path}`);
  return path;
}

/** Repeats something that is quick until `MS` have passed. */
function chain(step: (next: () => void) => void, wake: () => void): void {
  const untilMs = performance.now() + MS;
  const next = (): void => (performance.now() < untilMs ? step(next) : wake());
  next();
}

/** As `chain`, for promises that nothing awaits. */
function chained(step: () => Promise<unknown>, wake: () => void): void {
  chain((next) => void step().then(next, next), wake);
}

const bytes = (): Buffer => crypto.randomBytes(MEGABYTES * 2 ** 20);

/** A Worker that runs `code`. */
function worker(code: string, workerData?: unknown): Worker {
  return new Worker(code, { eval: true, workerData });
}

const POST = `setTimeout(() => require("node:worker_threads").parentPort.postMessage(1), ${MS})`;
const CHILD = ["-e", `setTimeout(() => console.log(1), ${MS})`];
const self = fileURLToPath(import.meta.url);

/** Arms an event of one kind. */
type Arm = (wake: () => void, places: Places) => void;

export const KINDS: Readonly<Record<string, Arm>> = {
  "setTimeout": (wake) => void setTimeout(wake, MS),
  "setTimeout, unref": (wake) => void setTimeout(wake, MS).unref(),
  "setInterval": (wake) => { const timer = setInterval(() => { clearInterval(timer); wake(); }, MS); },
  "setInterval, unref": (wake) => { const timer = setInterval(() => { clearInterval(timer); wake(); }, MS).unref(); },
  "timers/promises": (wake) => void timers.setTimeout(MS).then(wake),
  "timers/promises, unref": (wake) => void timers.setTimeout(MS, undefined, { ref: false }).then(wake),
  "scheduler.wait": (wake) => void timers.scheduler.wait(MS).then(wake),
  "setImmediate, a chain": (wake) => chain((next) => void setImmediate(next), wake),
  "scheduler.yield, a chain": (wake) => chained(() => timers.scheduler.yield(), wake),
  "AbortSignal.timeout": (wake) => AbortSignal.timeout(MS).addEventListener("abort", wake),
  "AbortSignal.any": (wake) => AbortSignal.any([AbortSignal.timeout(MS), new AbortController().signal]).addEventListener("abort", wake),
  "readFile, a chain": (wake) => chain((next) => fs.readFile(self, next), wake),
  "fs/promises, a chain": (wake) => chained(() => fs.promises.stat(self), wake),
  "readFile of a named pipe": (wake) => void fs.readFile(slowPipe(), wake),
  "FileHandle": (wake) => void fs.promises.open(slowPipe()).then(async (file) => { await file.readFile(); await file.close(); wake(); }),
  "createReadStream": (wake) => void fs.createReadStream(slowPipe()).on("data", wake),
  "readline": (wake) => void createInterface({ input: fs.createReadStream(slowPipe()) }).on("line", wake),
  "glob, a chain": (wake) => chained(() => Array.fromAsync(fs.promises.glob("*.json")), wake),
  "opendir, a chain": (wake) => chain((next) => fs.opendir(".", (_, folder) => void folder.close().then(next)), wake),
  "openAsBlob, a chain": (wake) => chained(async () => (await fs.openAsBlob(self)).text(), wake),
  "fs.watch": (wake) => { const path = scratch(); const watcher = fs.watch(path, () => { watcher.close(); wake(); }); later(`touch ${path}/new`); },
  "fs.watch, unref": (wake) => { const path = scratch(); const watcher = fs.watch(path, { persistent: false }, () => { watcher.close(); wake(); }); later(`touch ${path}/new`); },
  "fs.watchFile": (wake) => { const path = join(scratch(), "new"); fs.watchFile(path, { interval: 50 }, () => { fs.unwatchFile(path); wake(); }); later(`touch ${path}`); },
  "fs.watchFile, unref": (wake) => { const path = join(scratch(), "new"); fs.watchFile(path, { interval: 50, persistent: false }, () => { fs.unwatchFile(path); wake(); }); later(`touch ${path}`); },
  "socket": (wake, { port }) => void net.connect(port, "127.0.0.1").on("data", wake).on("error", wake),
  "socket, unref": (wake, { port }) => void net.connect(port, "127.0.0.1").unref().on("data", wake).on("error", wake),
  "server": (wake) => { const server = net.createServer((socket) => { socket.destroy(); server.close(); wake(); }); server.listen(0, "127.0.0.1", () => later(`curl -s 127.0.0.1:${(server.address() as net.AddressInfo).port}`)); },
  "server, unref": (wake) => { const server = net.createServer((socket) => { socket.destroy(); server.close(); wake(); }).unref(); server.listen(0, "127.0.0.1", () => later(`curl -s 127.0.0.1:${(server.address() as net.AddressInfo).port}`)); },
  "server on a path": (wake) => { const path = join(scratch(), "socket"); const server = net.createServer((socket) => { socket.destroy(); server.close(); wake(); }); server.listen(path, () => later(`curl -s --unix-socket ${path} localhost`)); },
  "UDP": (wake, { udpPort }) => { const socket = dgram.createSocket("udp4", () => { socket.close(); wake(); }); socket.send("x", udpPort, "127.0.0.1"); },
  "UDP, unref": (wake, { udpPort }) => { const socket = dgram.createSocket("udp4", () => { socket.close(); wake(); }).unref(); socket.send("x", udpPort, "127.0.0.1"); },
  "http": (wake, { httpPort }) => void http.get(`http://127.0.0.1:${httpPort}`, (response) => { response.resume(); wake(); }).on("error", wake),
  "http2": (wake, { http2Port }) => { const session = http2.connect(`http://127.0.0.1:${http2Port}`); session.on("error", wake); session.request({ ":path": "/" }).on("response", () => { session.close(); wake(); }).end(); },
  "fetch": (wake, { httpPort }) => void fetch(`http://127.0.0.1:${httpPort}`).then(wake, wake),
  "fetch, its body": (wake, { httpPort }) => void fetch(`http://127.0.0.1:${httpPort}/body`).then((response) => response.text()).then(wake, wake),
  "gzip, a chain": (wake) => chain((next) => zlib.gzip(self, next), wake),
  "brotli": (wake) => zlib.brotliCompress(bytes().subarray(0, 4 * 2 ** 20), wake),
  "zstd": (wake) => zlib.zstdCompress(bytes(), { params: { [zlib.constants.ZSTD_c_compressionLevel]: 15 } }, wake),
  "zlib stream": (wake) => void pipeline([bytes()], zlib.createGzip(), async (parts) => { for await (const _ of parts); }).then(wake),
  "CompressionStream": (wake) => void new Response(new Blob([bytes()]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer().then(wake),
  "pbkdf2": (wake) => crypto.pbkdf2("gopher", "salt", 1_500_000, 64, "sha512", wake),
  "scrypt": (wake) => crypto.scrypt("gopher", "salt", 64, { N: 2 ** 18, r: 8, p: 1, maxmem: 2 ** 30 }, wake),
  "randomBytes, a chain": (wake) => chain((next) => crypto.randomBytes(2 ** 20, next), wake),
  "generateKeyPair": (wake) => crypto.generateKeyPair("rsa", { modulusLength: 3072 }, wake),
  "generatePrime": (wake) => crypto.generatePrime(1536, wake),
  "WebCrypto": (wake) => void crypto.subtle.importKey("raw", Buffer.from("gopher"), "PBKDF2", false, ["deriveBits"]).then((key) => crypto.subtle.deriveBits({ name: "PBKDF2", salt: Buffer.from("salt"), iterations: 1_500_000, hash: "SHA-512" }, key, 256)).then(wake),
  "dns.lookup, a chain": (wake) => chain((next) => dns.lookup("localhost", next), wake),
  "dns.resolve": (wake, { udpPort }) => { const resolver = new dns.Resolver({ timeout: 5000, tries: 1 }); resolver.setServers([`127.0.0.1:${udpPort}`]); resolver.resolve4("gopher.invalid", wake); },
  "exec": (wake) => void exec(`sleep ${MS / 1000}`, wake),
  "execFile": (wake) => void execFile(process.execPath, CHILD, wake),
  "child, its output": (wake) => void spawn(process.execPath, CHILD).stdout.on("data", wake),
  "child, unref": (wake) => spawn("sleep", [`${MS / 1000}`], { stdio: "ignore" }).on("exit", wake).unref(),
  "fork, a message": (wake) => { const path = join(scratch(), "child.cjs"); fs.writeFileSync(path, `setTimeout(() => { process.send(1); process.disconnect(); }, ${MS})`); fork(path, { execArgv: [] }).on("message", wake); },
  "Worker, a message": (wake) => void worker(POST).on("message", wake),
  "Worker, unref": (wake) => worker(POST).on("message", wake).unref(),
  "Worker, its end": (wake) => void worker(`setTimeout(() => {}, ${MS})`).on("exit", wake),
  "Worker that blocks": (wake) => worker(`Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${MS})`).on("exit", wake).unref(),
  "MessagePort": (wake) => { const { port1, port2 } = new MessageChannel(); port1.on("message", () => { port1.close(); wake(); }); const other = worker(`require("node:worker_threads").parentPort.on("message", ({ port }) => setTimeout(() => port.postMessage(1), ${MS}))`); other.postMessage({ port: port2 }, [port2]); other.unref(); },
  "MessagePort to itself": (wake) => { const { port1, port2 } = new MessageChannel(); port2.on("message", () => (performance.now() < untilMs ? port1.postMessage(1) : (port2.close(), wake()))).unref(); const untilMs = performance.now() + MS; port1.postMessage(1); },
  "receiveMessageOnPort by a watcher": (wake) => { const path = scratch(); const { port1, port2 } = new MessageChannel(); port1.postMessage(1); const watcher = fs.watch(path, { persistent: false }, () => { watcher.close(); if (receiveMessageOnPort(port2) !== undefined) wake(); }); later(`touch ${path}/new`); },
  "workerMessage": (wake, { name }) => { process.once("workerMessage", wake); const channel = new BroadcastChannel(name); channel.postMessage(threadId); setImmediate(() => channel.close()); },
  "BroadcastChannel": (wake, { name }) => { const channel = new BroadcastChannel(name); channel.addEventListener("message", () => { channel.close(); wake(); }); channel.postMessage("please"); },
  "BroadcastChannel, unref": (wake, { name }) => { const channel = new BroadcastChannel(name); channel.addEventListener("message", () => { channel.close(); wake(); }); (channel as unknown as { unref(): void }).unref(); channel.postMessage("please"); },
  "waitAsync, its time": (wake) => void (Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MS).value as Promise<unknown>).then(wake),
  "waitAsync, notified": (wake) => { const word = new Int32Array(new SharedArrayBuffer(4)); void (Atomics.waitAsync(word, 0, 0).value as Promise<unknown>).then(wake); worker(`setTimeout(() => Atomics.notify(require("node:worker_threads").workerData, 0), ${MS})`, word).unref(); },
  "navigator.locks": (wake, { name }) => void navigator.locks.request(name, wake),
  "WebAssembly.compile": (wake) => void compile(largeModule()).then(wake),
  "WebAssembly.compile, a chain": (wake) => { const module = largeModule(2000); chained(() => compile(module), wake); },
  "FinalizationRegistry": (wake) => { const registry = new FinalizationRegistry(wake); keep(registry); registry.register({}, 1); },
  "import(), a chain": (wake) => { let k = 0; chained(() => import(`data:text/javascript,export default ${k++}`), wake); },
  "ReadableStream": (wake) => void new ReadableStream({ async pull(controller) { await timers.setTimeout(MS, undefined, { ref: false }); controller.close(); } }).getReader().read().then(wake),
  "node:sqlite backup": (wake) => void import("node:sqlite").then(({ DatabaseSync, backup }) => { const db = new DatabaseSync(":memory:"); db.exec("create table t (x); insert into t select randomblob(1000000) from generate_series(1, 30)".replace("from generate_series(1, 30)", "from (values (1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13),(14),(15),(16),(17),(18),(19),(20))")); chained(() => backup(db, join(scratch(), "copy"), { rate: 100 }), wake); }),
};

/** Node's types do not have it. */
const compile = (module: Uint8Array): Promise<unknown> => (WebAssembly as unknown as { compile(module: Uint8Array): Promise<unknown> }).compile(module);

/** A module with many functions, which takes a while to compile. */
function largeModule(functions = 60_000): Uint8Array<ArrayBuffer> {
  const leb = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
  const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
  const body = [0, ...Array.from({ length: 8 }, () => [0x41, 1, 0x41, 2, 0x6a, 0x1a]).flat(), 0x0b];
  const code = [...leb(functions)];
  for (let k = 0; k < functions; k++) code.push(body.length, ...body);
  const types = section(1, [1, 0x60, 0, 0]);
  const declared = [...leb(functions)];
  for (let k = 0; k < functions; k++) declared.push(0);
  const parts = [types, header(3, declared), declared, header(10, code), code];
  const module = new Uint8Array(8 + parts.reduce((sum, { length }) => sum + length, 0));
  module.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  let at = 8;
  for (const part of parts) {
    module.set(part, at);
    at += part.length;
  }
  return module;

  function header(id: number, content: number[]): number[] {
    return [id, ...leb(content.length)];
  }
}

const kept: unknown[] = [];

function keep(value: unknown): void {
  kept.push(value);
}

const done = async (promise: Promise<unknown>): Promise<void> => void (await promise);

/** What a task may have used and finished before a true deadlock: the report must not be lost or late because of it. */
export const USED: Readonly<Record<string, (places: Places) => Promise<void>>> = {
  "nothing": async () => undefined,
  "a timer that was cleared": async () => clearTimeout(setTimeout(() => undefined, 1e6)),
  "a timer": () => done(timers.setTimeout(10)),
  "a file": () => done(fs.promises.readFile(self)),
  "zlib": () => done(pipeline([Buffer.alloc(1e6)], zlib.createGzip(), async (parts) => { for await (const _ of parts); })),
  "crypto": () => new Promise((resolve) => { crypto.pbkdf2("a", "b", 1, 1, "sha1", () => resolve()); }),
  "a socket": ({ port }) => new Promise((resolve) => { net.connect(port, "127.0.0.1").on("data", () => undefined).on("close", resolve); }),
  "a name": () => done(dns.promises.lookup("localhost")),
  "a child": () => new Promise((resolve) => { exec("true", () => resolve()); }),
  "a Worker": () => new Promise((resolve) => { worker("1").on("exit", () => resolve()); }),
  "a port": async () => { const { port1 } = new MessageChannel(); port1.close(); },
  "waitAsync": () => done(Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10).value as Promise<unknown>),
  "a lock": ({ name }) => done(navigator.locks.request(`${name} free`, () => undefined)),
  "WebAssembly": () => done(compile(largeModule(10))),
  "garbage": async () => { for (let k = 0; k < 300; k++) keep(Array.from({ length: 10_000 }, (_, n) => ({ n }))); kept.length = 0; },
};
