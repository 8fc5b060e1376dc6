/**
 * Runs `run` programs one after the other: of each kind of outside event one that must
 * continue, or after each use of one a true deadlock. Prints a line of JSON for each.
 *
 * node verify/deadlocks/program.ts '{"threads":2,"kinds":["setTimeout"],"used":["a file"]}'
 */
import dgram from "node:dgram";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { postMessageToThread } from "node:worker_threads";
import { type Chan, type WarrenError, chan, i32, run, spawn, task } from "../../src/index.ts";
import { KINDS, type Places, USED } from "./kinds.ts";

export interface Orders {
  readonly threads: number;
  readonly kinds: readonly string[];
  readonly used: readonly string[];
  /** All programs run at the same time. */
  readonly atOnce?: boolean;
}

/** How a program ended. */
export interface Ended {
  readonly kind: string;
  readonly outcome: string;
  /** For a deadlock: between the last wait that began and the report. */
  readonly ms: number;
}

const SLOW_MS = 700;

const arm = task(import.meta, async function arm(kind: string, woken: Chan<number>, places: Places) {
  let count = 0;
  KINDS[kind](() => {
    if (count++ === 0) void woken.send(1);
  }, places);
});

/** Waits in warren only, while an event of the kind is to come on the last thread. */
export const waits = task(import.meta, async function waits(kind: string, threads: number, places: Places) {
  const woken = chan(i32, 1);
  await spawn.on(threads - 1)(arm, kind, woken, places);
  await woken.recv();
});

/** Uses something, and then waits for a value that no task sends. */
export const hangs = task(import.meta, async function hangs(used: string, places: Places) {
  await USED[used](places);
  await chan(i32).recv();
});

async function openPlaces(): Promise<Places> {
  const reply = (send: () => void): void => void setTimeout(send, SLOW_MS);
  const listening = async <S extends net.Server | http2.Http2Server>(server: S): Promise<number> => {
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    server.unref();
    return (server.address() as AddressInfo).port;
  };
  const udp = dgram.createSocket("udp4", (message, { port }) => reply(() => udp.send(message, port, "127.0.0.1")));
  await new Promise<void>((resolve) => void udp.bind(0, "127.0.0.1", resolve));
  udp.unref();
  const name = `warren ${process.pid}`;
  const channel = new BroadcastChannel(name);
  channel.addEventListener("message", (event) => {
    const { data } = event as unknown as { data: unknown };
    reply(() => (typeof data === "number" ? void postMessageToThread(data, "late") : channel.postMessage("late")));
  });
  (channel as unknown as { unref(): void }).unref();
  return {
    name,
    udpPort: udp.address().port,
    port: await listening(net.createServer((socket) => reply(() => socket.on("error", () => undefined).end("late")))),
    httpPort: await listening(http.createServer(({ url }, response) => {
      if (url === "/body") response.write("early");
      reply(() => response.end("late"));
    })),
    http2Port: await listening(http2.createServer((_, response) => reply(() => response.end("late")))),
  };
}

async function outcomeOf(program: Promise<unknown>, kind: string): Promise<Ended> {
  try {
    await program;
    return { kind, outcome: "continued", ms: 0 };
  } catch (error) {
    const { code, message, details } = error as WarrenError;
    const waiting = (details?.["tasks"] ?? []) as readonly { readonly parkedMs: number }[];
    return { kind, outcome: code ?? message, ms: Math.min(...waiting.map(({ parkedMs }) => parkedMs)) };
  }
}

if (import.meta.main) {
  const { threads, kinds, used, atOnce = false } = JSON.parse(process.argv[2]) as Orders;
  const places = await openPlaces();
  const programs = [
    ...kinds.map((kind) => () => {
      // Held by the main thread until the program waits for it.
      if (kind === "navigator.locks") void navigator.locks.request(places.name, () => new Promise((resolve) => void setTimeout(resolve, 3 * SLOW_MS)));
      return outcomeOf(run(waits, { threads, args: [kind, threads, places] }), kind);
    }),
    ...used.map((use) => () => outcomeOf(run(hangs, { threads, args: [use, places] }), use)),
  ];
  const running = atOnce ? programs.map((program) => program()) : [];
  for (const [k, program] of programs.entries()) console.log(JSON.stringify(await (running[k] ?? program())));
  process.exit();
}
