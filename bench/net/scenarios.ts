/** What `warren net bench` measures, in which forms, and what warren must reach. */

export type NetScenario = "spawn" | "send" | "deliver";
export type Who = "warren" | "bare" | "bullmq";

/** One measurement: what a child process gets. */
export interface NetRun {
  readonly scenario: NetScenario;
  readonly who: Who;
  /** The side that answers remote calls. */
  readonly role?: "node" | undefined;
  /** Host and port of the NATS server. */
  readonly server: string;
  /** Port of the Redis server, for BullMQ. */
  readonly redis?: number | undefined;
  /** Bytes of a value. */
  readonly size: number;
  /** Operations that are timed. */
  readonly count: number;
  /** From 0. Each round has streams and queues of its own. */
  readonly round: number;
}

/** A row of the table. */
export interface NetRow {
  readonly scenario: NetScenario;
  readonly size: number;
  /** What one operation is. */
  readonly text: string;
  /** With whom it is compared. */
  readonly rivals: readonly Who[];
  readonly count: number;
  /** At most so many times the time of the bare client. */
  readonly within: number;
  /** At least so many times as fast as BullMQ. */
  readonly ofBullMq?: number;
}

/** The operation of the row above, with another value. */
export const SAME = "the same";

export const NET_ROWS: readonly NetRow[] = [
  { scenario: "spawn", size: 64, text: "remote task, started and awaited; a NATS request", rivals: ["bare"], count: 20_000, within: 1.5 },
  { scenario: "send", size: 64, text: "value sent to a queue and acknowledged by the server; a publish of JetStream; add of BullMQ", rivals: ["bare", "bullmq"], count: 15_000, within: 1.3 },
  { scenario: "send", size: 4096, text: SAME, rivals: ["bare", "bullmq"], count: 10_000, within: 1.3 },
  { scenario: "deliver", size: 64, text: "delivery handled and acknowledged; consume of JetStream; a worker of BullMQ", rivals: ["bare", "bullmq"], count: 15_000, within: 1.5, ofBullMq: 3 },
  { scenario: "deliver", size: 4096, text: SAME, rivals: ["bare", "bullmq"], count: 10_000, within: 1.5, ofBullMq: 3 },
];

/** What each form is called in the table. */
export const NAMES: Readonly<Record<Who, string>> = { warren: "warren", bare: "bare client", bullmq: "BullMQ" };
