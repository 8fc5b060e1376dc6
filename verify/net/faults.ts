/** Single faults over a network: nodes that compute, stand still or die, a broker that is gone, a value that ends its process. */
import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { WarrenError, i32, start, struct, utf8 } from "../../src/index.ts";
import { join } from "../../src/net/index.ts";
import type { QueueDeliveries } from "../../src/net/queue/deliveries.ts";
import { Broker } from "./broker.ts";
import { POISON } from "./child.ts";
import { Child } from "./children.ts";
import { burn, hang } from "./fault-tasks.ts";
import type { Place, Report } from "./place.ts";

const LEASE_MS = 400;
/** Of a node whose cores are all busy, with whatever else the machine does. */
const BUSY_LEASE_MS = 1000;
const whole = new Intl.NumberFormat("en");

/** Waits for a fact. The deadline only ends what hangs. */
async function until(fact: () => unknown): Promise<void> {
  for (const endMs = performance.now() + 60_000; !(await fact()); await wait(2)) if (performance.now() > endMs) throw new Error(`never came true: ${String(fact)}`);
}

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return "none";
  } catch (error) {
    return error instanceof WarrenError ? error.code : String(error);
  }
}

function judge(line: string, facts: Readonly<Record<string, boolean>>): Report {
  const broken = Object.keys(facts).filter((fact) => !facts[fact]);
  return { passed: broken.length === 0, lines: [line, ...broken.map((fact) => `  DEFECT not so: ${fact}`)] };
}

/** All threads of the pool compute for `leases` leases, with a value in hand. */
export async function computing(leases: number): Promise<Report> {
  const threads = availableParallelism();
  await using broker = await Broker.start();
  await using rt = await start({ threads });
  await using net = await join(rt, { servers: broker.url, name: "busy", beatMs: 100 });
  await using other = await join(rt, { servers: broker.url, name: "busy", beatMs: 100 });
  const jobs = await net.queue("jobs", utf8, { leaseMs: BUSY_LEASE_MS });
  await jobs.send("long");
  const inbox = await jobs.deliveries();
  const delivery = await inbox.recv();
  // It would get the value as soon as the lease ended.
  const elsewhere = await (await other.queue("jobs", utf8)).deliveries();
  await Promise.all(Array.from({ length: threads }, () => rt.spawn(burn, leases * BUSY_LEASE_MS)));
  const isLost = delivery?.signal.aborted;
  await delivery?.ack();
  await until(async () => (await jobs.state()).values === 0);
  const { worstRenewalMs } = inbox as unknown as QueueDeliveries<string>;
  const again = elsewhere.inHand;
  return judge(`${threads} threads compute for ${leases} leases of ${BUSY_LEASE_MS} ms: handled once, renewals asked for every ${BUSY_LEASE_MS / 8} ms, the longest pause between two ${worstRenewalMs.toFixed(0)} ms`, {
    "the lease held": isLost === false,
    "nobody else got the value": again === 0,
  });
}

/** A node is suspended past its lease. */
export async function suspended({ rt }: Place): Promise<Report> {
  await using broker = await Broker.start();
  await using net = await join(rt, { servers: broker.url, name: "stopped", beatMs: 100 });
  const jobs = await net.queue("jobs", utf8, { leaseMs: LEASE_MS });
  await jobs.send("one", { id: "one" });
  await using child = new Child({ role: "consumer", servers: broker.url, name: "stopped", node: "sleeper", leaseMs: LEASE_MS, credit: 4, tries: 5, isHeld: true });
  await child.printed("got");
  const inbox = await jobs.deliveries();
  child.signal("SIGSTOP");
  const delivery = await inbox.recv();
  // It finds this in its pipe when it goes on.
  child.tell();
  child.signal("SIGCONT");
  const [, , code, isAborted] = await child.printed("failed");
  const { values } = await jobs.state();
  await delivery?.ack();
  await until(async () => (await jobs.state()).values === 0);
  return judge(`SIGSTOP past the lease: the value goes to another node, attempt ${delivery?.attempt}, mayBeRepeated ${delivery?.mayBeRepeated}; after SIGCONT ack is refused with ${code}, and changes nothing`, {
    "ack is refused with ERR_LEASE_LOST": code === "ERR_LEASE_LOST",
    "its signal is aborted": isAborted === "true",
    "the value is marked": delivery?.mayBeRepeated === true && delivery.attempt === 2,
    "the late ack changes nothing": values === 1,
  });
}

/** The broker is gone for a while. */
export async function brokerGone({ rt }: Place, goneMs: number): Promise<Report> {
  await using broker = await Broker.start();
  await using net = await join(rt, { servers: broker.url, name: "gone", beatMs: 100, timeoutMs: 1000 });
  const jobs = await net.queue("jobs", utf8, { leaseMs: LEASE_MS });
  const feed = net.feed("ticks", i32);
  await net.serve([hang]);
  const inbox = await jobs.deliveries({ credit: 4 });
  await jobs.send("before");
  const before = await inbox.recv();
  const called = codeOf(() => net.spawn.with({ timeoutMs: goneMs + 60_000 })(hang));
  const ids = Array.from({ length: 32 }, (_, n) => `flight ${n}`);
  const outcomes = new Map<string, string>();
  const flight = Promise.all(ids.map(async (id) => void outcomes.set(id, await codeOf(() => jobs.send(id, { id })))));
  await broker.kill();
  const beganMs = performance.now();
  await flight;
  await until(() => !net.isUp);
  let slowestMs = 0;
  const refused = new Set<string>();
  let tries = 0;
  while (performance.now() - beganMs < goneMs) {
    const startMs = performance.now();
    const codes = await Promise.all([codeOf(() => jobs.send(`gone ${tries}`, { timeoutMs: 500 })), codeOf(() => net.spawn(hang)), codeOf(() => feed.publish(tries))]);
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
    for (const code of codes) refused.add(code);
    tries++;
  }
  const lost = await codeOf(() => before?.ack());
  await broker.begin();
  await until(() => net.isUp);
  // Sent again with their ids, as the error says: each is in it once.
  for (const id of ids) await jobs.send(id, { id });
  await jobs.send("after");
  const received = new Set<string>();
  const receiving = (async () => {
    for await (const delivery of inbox) {
      received.add(delivery.value);
      await delivery.ack();
    }
  })();
  await until(async () => (await jobs.state()).values === 0);
  await inbox.stop();
  await receiving;
  const unknown = [...outcomes.values()].filter((code) => code !== "none");
  await net.close();
  return judge(`broker gone for ${(goneMs / 1000).toFixed(0)} s: ${tries} rounds of send, spawn and publish all refused with ${[...refused].join(", ")}, the slowest after ${slowestMs.toFixed(0)} ms of 500 asked for; of 32 sends in flight ${32 - unknown.length} were acknowledged, the others ${[...new Set(unknown)].join(", ") || "none"}; all goes on`, {
    "each is refused with ERR_NET_DOWN": [...refused].every((code) => code === "ERR_NET_DOWN"),
    "what was in flight is known or ERR_SEND_UNKNOWN or ERR_NET_DOWN": unknown.every((code) => code === "ERR_SEND_UNKNOWN" || code === "ERR_NET_DOWN"),
    "nothing that was refused was queued": [...received].every((value) => !value.startsWith("gone")),
    "what is sent again is there": [...ids, "after", "before"].every((value) => received.has(value)),
    "a lease that ended during the outage is lost": lost === "ERR_LEASE_LOST",
    "a call that nobody could answer has ended": ["ERR_NODE_LOST", "ERR_NET_CLOSED"].includes(await called),
  });
}

/** A value ends each process that handles it, which has other values in hand and started. */
export async function poison({ rt }: Place): Promise<Report> {
  const CREDIT = 16;
  const TRIES = 3;
  await using broker = await Broker.start();
  await using net = await join(rt, { servers: broker.url, name: "poison", beatMs: 100 });
  const jobs = await net.queue("jobs", utf8, { leaseMs: LEASE_MS, tries: TRIES });
  const values = Array.from({ length: 24 }, (_, n) => (n === 5 ? POISON : `good ${n}`));
  for (const value of values) await jobs.send(value, { id: value.replace(" ", "-") });
  const done = new Set<string>();
  let deaths = 0;
  for (; (await jobs.state()).values > 0; ) {
    const child = new Child({ role: "consumer", servers: broker.url, name: "poison", node: `victim${deaths}`, leaseMs: LEASE_MS, credit: CREDIT, tries: TRIES, handlers: CREDIT, workMs: 20 }, ([what, id]) => {
      if (what === "done") done.add(id as string);
    });
    while (!child.hasEnded && (await jobs.state()).values > 0) await wait(5);
    if (child.hasEnded) deaths++;
    else await child.kill();
  }
  const graves = await (await net.queue("jobs.dead", utf8)).deliveries();
  const letters: string[] = [];
  let attempts = 0;
  while (graves.inHand > 0 || letters.length === 0) {
    const letter = await graves.recv();
    letters.push(letter?.value as string);
    attempts = letter?.dead?.attempts ?? 0;
    await letter?.ack();
  }
  return judge(`poison (${TRIES} tries, credit ${CREDIT}, all of them started): ${deaths} processes died, dead letters: ${letters.join(", ")} after ${attempts} attempts; ${done.size} of ${values.length - 1} others were handled`, {
    "it was started as often as its tries": deaths === TRIES && attempts === TRIES,
    "it alone is a dead letter": letters.length === 1 && letters[0] === POISON,
    "all others were handled": done.size === values.length - 1,
  });
}

/** Receivers that do not receive. */
export async function slowReceivers({ rt }: Place, count: number): Promise<Report> {
  await using broker = await Broker.start();
  await using net = await join(rt, { servers: broker.url, name: "slow", beatMs: 100 });
  await using source = await join(rt, { servers: broker.url, name: "slow", beatMs: 100 });
  const text = "x".repeat(4096);
  const receiver = await net.feed("values", utf8).receive({ credit: 16 });
  const feed = source.feed("values", utf8);
  const jobs = await source.queue("jobs", utf8, { capacity: 1_000_000 });
  const inbox = await (await net.queue("jobs", utf8)).deliveries({ credit: 16 });
  const before = process.memoryUsage().rss;
  for (let n = 0; n < count; n++) {
    feed.publish(text);
    if (n % 64 === 0) await Promise.all([source.nodes(), ...Array.from({ length: 8 }, () => jobs.send(text))]);
  }
  await until(() => receiver.missed === count - 16 && inbox.inHand >= 16);
  const grown = process.memoryUsage().rss - before;
  const { inHand } = inbox;
  return judge(`slow receivers: ${whole.format(count)} values of 4 KiB on a feed (${whole.format(count * 4)} KiB): 16 kept, ${whole.format(receiver.missed)} counted as missed; a queue with credit 16: ${inHand} in hand of ${whole.format((await jobs.state()).values)}; memory grew by ${(grown / 1_048_576).toFixed(0)} MiB`, {
    "the feed keeps its credit": receiver.length === 16,
    "the queue gives its credit": inHand === 16,
  });
}

/** A full queue, other types and other builds. */
export async function refusals({ rt }: Place): Promise<Report> {
  await using broker = await Broker.start();
  await using net = await join(rt, { servers: broker.url, name: "odd", build: "1.0.0" });
  await using other = await join(rt, { servers: broker.url, name: "odd", build: "2.0.0" });
  const jobs = await net.queue("jobs", struct({ n: i32 }), { capacity: 2, whenFull: "refuse" });
  const patient = await other.queue("jobs", struct({ n: i32 }));
  await jobs.send({ n: 1 });
  await jobs.send({ n: 2 });
  const full = await codeOf(() => jobs.send({ n: 3 }));
  const waiting = patient.send({ n: 3 });
  const inbox = await jobs.deliveries({ credit: 1 });
  await (await inbox.recv())?.ack();
  await waiting;
  const messageOf = async (work: () => Promise<unknown>): Promise<string> => {
    try {
      await work();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const type = await messageOf(() => net.queue("jobs", struct({ n: utf8 })));
  const options = await messageOf(() => net.queue("jobs", struct({ n: i32 }), { capacity: 3 }));
  await other.serve([hang]);
  const build = await messageOf(() => net.spawn(hang));
  return judge("a full queue refuses or makes wait as asked; another type, other options and another build are refused with both sides named", {
    "a full queue refuses": full === "ERR_QUEUE_FULL",
    "both types are named": type.includes("struct(n:i32)") && type.includes("struct(n:utf8)"),
    "both capacities are named": options.includes("capacity 2, not 3"),
    "both builds are named": build.includes("1.0.0") && build.includes("2.0.0"),
  });
}

/** A node dies, or is suspended, during a remote task. */
export async function lostNodes({ rt }: Place): Promise<Report> {
  await using broker = await Broker.start();
  await using net = await join(rt, { servers: broker.url, name: "lost", beatMs: 100 });
  const codes: string[] = [];
  for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
    await using child = new Child({ role: "server", servers: broker.url, name: "lost", node: `server-${signal}`, leaseMs: LEASE_MS, credit: 1, tries: 1 });
    await child.printed("ready");
    const called = codeOf(() => net.spawn(hang));
    await until(async () => (await net.nodes()).some(({ node, running }) => node === child.node && running === 1));
    child.signal(signal);
    codes.push(await called);
  }
  return judge(`a node that is killed, and one that is suspended, during a remote task: ${codes.join(", ")}`, { "both are ERR_NODE_LOST": codes.every((code) => code === "ERR_NODE_LOST") });
}
