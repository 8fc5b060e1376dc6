/**
 * Peers whose channels join tasks of one thread: ts-chan and @thi.ng/csp.
 *
 * Their own types are not there where they are not installed, so each is
 * described by the little that is used of it.
 */
import { STREAM_CAPACITY, type RivalOptions, type RivalOutcome, type RivalRow } from "../scenarios.ts";
import { timeOperations } from "../trial.ts";

/** A peer's channels: `Received` is what a receive resolves to, the value or a box of it. */
interface Peer<Channel, Received> {
  /** The smallest capacity that the peer has: 0 is an unbuffered channel. */
  readonly smallest: 0 | 1;
  /** How the peer is set up, for the note. */
  readonly setUp: string;
  readonly open: (capacity: number) => Channel;
  readonly send: (channel: Channel, value: number) => Promise<unknown>;
  readonly receive: (channel: Channel) => Promise<Received>;
  readonly valueOf: (received: Received) => number | undefined;
}

interface TsChan {
  setUnsafe(unsafe: boolean): this;
  send(value: number): Promise<void>;
  recv(): Promise<IteratorResult<number, number | undefined>>;
}

interface ThiNgChannel {
  write(value: number): Promise<boolean>;
  read(): Promise<number | undefined>;
}

/**
 * Measures ts-chan in its unsafe mode: its default one hops to a macrotask
 * so often, for the sake of timers and I/O, that it takes five times as long.
 * Fails with `ERR_MODULE_NOT_FOUND` where it is not installed.
 */
export async function* measureTsChan(name: string, version: string, options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const { Chan } = (await import(name)) as { Chan: new (capacity: number) => TsChan };
  const peer: Peer<TsChan, IteratorResult<number, number | undefined>> = {
    smallest: 0,
    setUp: "one thread only; unsafe, the faster of its two modes",
    open: (capacity) => new Chan(capacity).setUnsafe(true),
    send: (channel, value) => channel.send(value),
    receive: (channel) => channel.recv(),
    valueOf: ({ value }) => value,
  };
  yield* measurePeer(peer, name, version, options);
}

/** Measures @thi.ng/csp; fails with `ERR_MODULE_NOT_FOUND` where it is not installed. */
export async function* measureThiNgCsp(name: string, version: string, options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const { channel } = (await import(name)) as { channel: (capacity: number) => ThiNgChannel };
  const peer: Peer<ThiNgChannel, number | undefined> = {
    smallest: 1,
    setUp: "one thread only",
    open: (capacity) => channel(capacity),
    send: (channel, value) => channel.write(value),
    receive: (channel) => channel.read(),
    valueOf: (value) => value,
  };
  yield* measurePeer(peer, name, version, options);
}

async function* measurePeer<Channel, Received>(
  peer: Peer<Channel, Received>,
  rival: string,
  version: string,
  options: RivalOptions,
): AsyncGenerator<RivalOutcome> {
  const row = { rival, version, threads: 1, note: peer.setUp } satisfies Partial<RivalRow>;
  if (options.wanted(rival, "ping-pong")) {
    const note = peer.smallest === 0 ? row.note : `${row.note}; capacity 1: it has no unbuffered channel`;
    yield await timeOperations({ ...row, scenario: "ping-pong", note }, options, (count) => roundTrips(peer, count));
  }
  if (options.wanted(rival, "stream")) {
    yield await timeOperations({ ...row, scenario: "stream" }, options, (count) => streamValues(peer, count));
  }
}

async function roundTrips<Channel, Received>(peer: Peer<Channel, Received>, count: number): Promise<void> {
  const ping = peer.open(peer.smallest);
  const pong = peer.open(peer.smallest);
  const echo = async (): Promise<void> => {
    for (let trip = 0; trip < count; trip++) await peer.send(pong, peer.valueOf(await peer.receive(ping)) ?? -1);
  };
  const echoed = echo();
  for (let trip = 0; trip < count; trip++) {
    await peer.send(ping, trip);
    expectValue(peer.valueOf(await peer.receive(pong)), trip);
  }
  await echoed;
}

async function streamValues<Channel, Received>(peer: Peer<Channel, Received>, count: number): Promise<void> {
  const channel = peer.open(STREAM_CAPACITY);
  const consume = async (): Promise<void> => {
    for (let value = 0; value < count; value++) expectValue(peer.valueOf(await peer.receive(channel)), value);
  };
  const consumed = consume();
  for (let value = 0; value < count; value++) await peer.send(channel, value);
  await consumed;
}

function expectValue(received: number | undefined, sent: number): void {
  if (received !== sent) throw new Error(`${sent} was sent and ${received} was received`);
}
