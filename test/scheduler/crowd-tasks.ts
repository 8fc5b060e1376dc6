/** Crowds of tasks, for placement, stealing and fairness. */
import { connect, createServer } from "node:net";
import { threadId } from "node:worker_threads";
import { type Chan, type SharedArray, chan, go, i32, sleep, spawn, task, yieldNow } from "../../src/index.ts";

/** Marks its own cell. Atomics are the test's own here, to count without a channel. */
export const mark = task(import.meta, async function mark(cells: SharedArray<"i32">, index: number) {
  add(cells, index);
});

/** Starts `count` tasks from inside one task, and returns which thread did. */
export const startCrowd = task(import.meta, async function startCrowd(cells: SharedArray<"i32">, count: number) {
  for (let index = 0; index < count; index++) go(mark, cells, index);
  return threadId;
});

/** Submits and then computes until others have taken and run all of them. */
export const submitThenCompute = task(import.meta, async function submitThenCompute(cells: SharedArray<"i32">, count: number, longestMs: number) {
  for (let index = 0; index < count; index++) go(markThread, cells, index);
  const endMs = performance.now() + longestMs;
  while (performance.now() < endMs && !cells.array.subarray(0, count).every((thread) => thread !== 0));
  return threadId;
});

const markThread = task(import.meta, async function markThread(cells: SharedArray<"i32">, index: number) {
  cells.array[index] = threadId;
});

/** Computes for a while at a time, yielding in between, and says on which thread. */
export const computeFor = task(import.meta, async function computeFor(ms: number, gate: Chan<number>) {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs) await yieldNow();
  await gate.recv();
  return threadId;
});

/** Blocks its thread until the word is 1, so that the thread takes no task meanwhile. */
export const blockUntilSet = task(import.meta, async function blockUntilSet(cells: SharedArray<"i32">, threads: number) {
  Atomics.add(cells.array, 1, 1);
  while (Atomics.load(cells.array, 1) < threads);
  Atomics.wait(cells.array, 0, 0, 10_000);
});

/** Two pairs hand off on one thread; one works a thousand times as long between two hand-offs. */
export const hogAndLight = task(import.meta, async function hogAndLight(rounds: number, isYielding: boolean) {
  const counts = { hog: 0, light: 0 };
  const play = async (name: "hog" | "light", work: number): Promise<void> => {
    const there = chan(i32);
    const back = chan(i32);
    const partner = spawn(async () => {
      for await (const ball of there) await back.send(ball);
    });
    while (counts[name] < rounds && Math.max(counts.hog, counts.light) < rounds) {
      for (let k = 0; k < work; k++) spinOnce();
      await there.send(1);
      await back.recv();
      counts[name]++;
      if (isYielding) await yieldNow();
    }
    there.close();
    await partner;
  };
  await Promise.all([play("hog", 1000), play("light", 1)]);
  return counts;
});

/** A TCP echo and a timer, on a thread where tasks are always ready. */
export const ioUnderLoad = task(import.meta, async function ioUnderLoad(crowd: number) {
  let isOver = false;
  let turns = 0;
  const busy = Array.from({ length: crowd }, () =>
    spawn(async () => {
      const ch = chan(i32, 1);
      while (!isOver) {
        await ch.send(1);
        await ch.recv();
        turns++;
      }
    }),
  );
  const [echoed, timedOut] = await Promise.all([echoOverTcp("gopher"), sleep(5).then(() => "timer"), new Promise((resolve) => void setTimeout(resolve, 5))]);
  isOver = true;
  await Promise.all(busy);
  return { echoed, timedOut, turns };
});

async function echoOverTcp(text: string): Promise<string> {
  const server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const echoed = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(text));
    let received = "";
    socket.on("data", (data) => (received += data.toString()));
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
  });
  await new Promise((resolve) => server.close(resolve));
  return echoed;
}

/** Starts itself again forever, on the thread where it is. */
export const respawn = task(import.meta, async function respawn(stop: SharedArray<"i32">) {
  stop.array[1]++;
  if (stop.array[0] === 0) go.on("here")(respawn, stop);
});

/** The same without a place. */
export const respawnAnywhere = task(import.meta, async function respawnAnywhere(stop: SharedArray<"i32">) {
  add(stop, 1);
  if (stop.array[0] === 0) go(respawnAnywhere, stop);
});

/** Passes numbers on, one more each. */
export const pass = task(import.meta, async function pass(from: Chan<number>, to: Chan<number>) {
  for await (const number of from) await to.send(number + 1);
  to.close();
});

/** Sends forever and counts in shared memory. */
export const pump = task(import.meta, async function pump(ch: Chan<number>, counter: SharedArray<"i32">) {
  for (;;) {
    await ch.send(1);
    counter.array[0]++;
  }
});

export const sink = task(import.meta, async function sink(ch: Chan<number>, counter: SharedArray<"i32">) {
  for await (const one of ch) counter.array[1] += one;
});

export const burn = task(import.meta, async function burn(ms: number) {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
  return threadId;
});

function add(cells: SharedArray<"i32">, index: number): void {
  Atomics.add(cells.array, index, 1);
}

let sunk = 0;
function spinOnce(): void {
  for (let k = 0; k < 50; k++) sunk += k;
}
