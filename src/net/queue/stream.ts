/**
 * What a queue is on the server: a stream that removes what is acknowledged and refuses
 * what is above the capacity, and one durable consumer that all nodes share.
 */
import type { ConsumerInfo, JetStreamManager, StreamInfo, StreamState, StreamUpdateConfig } from "@nats-io/jetstream";
import { WarrenError } from "../../errors.ts";
import type { Link } from "../link/link.ts";
import { codedError } from "../link/refusals.ts";
import type { ResolvedQueue } from "./options.ts";

/** The name of the consumer. */
export const CONSUMER = "warren";
const NS_PER_MS = 1_000_000;
/** Error codes of JetStream. */
export const JS = { streamNotFound: 10059, consumerNotFound: 10014, streamExists: 10058, full: 10077, noMessage: 10037, wrongLastSequence: 10071 } as const;
/** So much of a type's name is kept in the stream's description. */
const LONGEST_TYPE = 2000;
/** Marks are kept for so long. */
const MARKS_MS = 7 * 24 * 3600 * 1000;

export function codeOf(error: unknown): number | undefined {
  const code: unknown = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "number" ? code : undefined;
}

/** The stream of a queue, made if it is not there. */
export interface OpenStream {
  /** When it was made: so its sequence numbers are not taken for those of an older stream of the same name. */
  readonly created: string;
}

/** @throws ERR_QUEUE_CONFLICT, ERR_NET_REFUSED, ERR_NET_SERVER */
export async function openStream(link: Link, queue: string, type: { readonly name: string; readonly fingerprint: string }, options: ResolvedQueue): Promise<OpenStream> {
  const jsm = await link.manager();
  const what = `open the queue ${queue}`;
  try {
    await openMarks(link, jsm);
    const info = (await infoOf(jsm, link.names.stream(queue))) ?? (await addStream(link, jsm, queue, type, options));
    checkType(queue, info, type);
    await agree(link, jsm, queue, info, options);
    return { created: info.created };
  } catch (error) {
    throw codedError(error, what);
  }
}

async function openMarks(link: Link, jsm: JetStreamManager): Promise<void> {
  const { names, packages } = link;
  if ((await infoOf(jsm, names.marks)) !== undefined) return;
  try {
    await jsm.streams.add({ name: names.marks, subjects: [`${names.prefix}.mark.>`], max_msgs_per_subject: 1, max_age: MARKS_MS * NS_PER_MS, discard: packages.DiscardPolicy.Old, description: "warren: attempts and restarts" });
  } catch (error) {
    if (codeOf(error) !== JS.streamExists) throw error;
  }
}

async function infoOf(jsm: JetStreamManager, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(stream);
  } catch (error) {
    if (codeOf(error) === JS.streamNotFound) return undefined;
    throw error;
  }
}

async function addStream(link: Link, jsm: JetStreamManager, queue: string, type: { readonly name: string; readonly fingerprint: string }, { capacity, dedupeMs, replicas }: ResolvedQueue): Promise<StreamInfo> {
  const { packages, names } = link;
  try {
    return await jsm.streams.add({
      name: names.stream(queue),
      subjects: [names.queue(queue)],
      retention: packages.RetentionPolicy.Workqueue,
      discard: packages.DiscardPolicy.New,
      max_msgs: capacity,
      duplicate_window: dedupeMs * NS_PER_MS,
      num_replicas: replicas,
      description: JSON.stringify({ warren: 1, fingerprint: type.fingerprint, type: type.name.slice(0, LONGEST_TYPE) }),
    });
  } catch (error) {
    // Another node was faster, with other options: they are compared.
    const info = codeOf(error) === JS.streamExists ? await infoOf(jsm, names.stream(queue)) : undefined;
    if (info === undefined) throw error;
    return info;
  }
}

function checkType(queue: string, info: StreamInfo, type: { readonly name: string; readonly fingerprint: string }): void {
  const there = readDescription(info.config.description);
  if (there === undefined) throw new WarrenError("ERR_QUEUE_CONFLICT", `the stream ${info.config.name} was not made by warren: give the queue ${queue} another name`, { here: type.name, there: undefined });
  if (there.fingerprint !== type.fingerprint) throw new WarrenError("ERR_QUEUE_CONFLICT", `the queue ${queue} carries ${there.type}, and this program opens it with ${type.name}: use another name for the new type, and let the old queue run empty`, { here: type.name, there: there.type });
}

export function readDescription(text: string | undefined): { fingerprint: string; type: string } | undefined {
  try {
    const value = JSON.parse(text ?? "") as { warren?: unknown; fingerprint?: unknown; type?: unknown };
    return value.warren === 1 && typeof value.fingerprint === "string" && typeof value.type === "string" ? { fingerprint: value.fingerprint, type: value.type } : undefined;
  } catch {
    // Another program's text.
    return undefined;
  }
}

/** Makes the consumer, and compares what this program asked for with what is there. */
async function agree(link: Link, jsm: JetStreamManager, queue: string, info: StreamInfo, options: ResolvedQueue): Promise<void> {
  const stream = info.config.name;
  const { asked } = options;
  const { max_msgs: capacity, duplicate_window: dedupeNs, num_replicas: replicas } = info.config;
  const consumer = (await consumerOf(jsm, stream)) ?? (await addConsumer(link, jsm, stream, options));
  const there = { capacity, dedupeMs: dedupeNs / NS_PER_MS, replicas, leaseMs: (consumer.config.ack_wait ?? 0) / NS_PER_MS };
  const others = (Object.keys(there) as (keyof typeof there)[]).filter((key) => asked.has(key) && there[key] !== options[key]);
  if (others.length > 0) {
    if (!options.update) throw conflict(`the queue ${queue} has ${others.map((key) => `${key} ${there[key]}, not ${options[key]}`).join("; ")}. Give the same options in all programs, or change it with update: true`, options, there, others);
    if (others.includes("leaseMs") && consumer.num_waiting + consumer.num_ack_pending > 0) {
      throw conflict(`the queue ${queue} has leaseMs ${there.leaseMs}, and a node takes deliveries, which would renew its leases too late: stop all deliveries, then change it to ${options.leaseMs}`, options, there, others);
    }
    const now = { ...there, ...Object.fromEntries(others.map((key) => [key, options[key]])) };
    await jsm.streams.update(stream, { ...info.config, max_msgs: now.capacity, duplicate_window: now.dedupeMs * NS_PER_MS, num_replicas: now.replicas } as Partial<StreamUpdateConfig>);
    if (others.includes("leaseMs")) await jsm.consumers.update(stream, CONSUMER, { ...consumer.config, ack_wait: now.leaseMs * NS_PER_MS });
    there.leaseMs = now.leaseMs;
  }
  options.leaseMs = there.leaseMs;
}

/** The options that are there and those of this program do not go together. */
function conflict(message: string, here: ResolvedQueue, there: Readonly<Record<string, unknown>>, keys: readonly (keyof ResolvedQueue)[]): WarrenError {
  return new WarrenError("ERR_QUEUE_CONFLICT", message, { here: Object.fromEntries(keys.map((key) => [key, here[key]])), there: Object.fromEntries(keys.map((key) => [key, there[key]])) });
}

/** Makes the consumer if it is missing. @param hasStarted the server has started, and no node has looked at the queue yet: then a consumer that does not fit the stream is made anew */
export async function mendConsumer(link: Link, queue: string, options: ResolvedQueue, hasStarted: boolean): Promise<void> {
  const jsm = await link.manager();
  const stream = link.names.stream(queue);
  // In this order: meanwhile the stream only grows.
  const consumer = await link.answer(consumerOf(jsm, stream));
  if (consumer !== undefined) {
    if (!hasStarted) return;
    const { state } = await link.answer(jsm.streams.info(stream));
    if (fits(consumer, state)) return;
    await link.answer(jsm.consumers.delete(stream, CONSUMER));
  }
  await link.answer(addConsumer(link, jsm, stream, options));
}

/**
 * A server that was killed may have forgotten its last numbers, or what it had removed,
 * and not how far its consumer was (nats-server 2.9). It would never deliver what has a
 * number below that.
 */
function fits({ delivered, ack_floor }: ConsumerInfo, { messages, first_seq, last_seq }: StreamState): boolean {
  return delivered.stream_seq <= last_seq && (messages === 0 || first_seq > ack_floor.stream_seq);
}

async function consumerOf(jsm: JetStreamManager, stream: string): Promise<ConsumerInfo | undefined> {
  try {
    return await jsm.consumers.info(stream, CONSUMER);
  } catch (error) {
    if (codeOf(error) === JS.consumerNotFound) return undefined;
    throw error;
  }
}

async function addConsumer(link: Link, jsm: JetStreamManager, stream: string, { leaseMs }: ResolvedQueue): Promise<ConsumerInfo> {
  const { AckPolicy, DeliverPolicy } = link.packages;
  try {
    return await jsm.consumers.add(stream, { durable_name: CONSUMER, ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All, ack_wait: leaseMs * NS_PER_MS, max_deliver: -1, max_ack_pending: -1 });
  } catch (error) {
    const there = await consumerOf(jsm, stream);
    if (there === undefined) throw error;
    return there;
  }
}
