/**
 * Peers whose channels join tasks of one thread: ts-chan and @thi.ng/csp.
 *
 * Their own types are not there where they are not installed, so each is
 * described by the little that is used of it.
 */
import type { MeasureRival, RivalOrder } from "../rival.ts";
import type { Measured } from "../../rounds/contestant.ts";
import { STREAM_CAPACITY } from "../scenarios.ts";
import { timeOperations } from "../trial.ts";

/** A peer's channels: `Received` is what a receive resolves to, the value or a box of it. */
interface Peer<Channel, Received> {
  /** The smallest capacity that the peer has: 0 is an unbuffered channel. */
  readonly smallest: 0 | 1;
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
 */
export const measureTsChan: MeasureRival = async (order) => {
  const { Chan } = (await import(order.side)) as { Chan: new (capacity: number) => TsChan };
  return measurePeer<TsChan, IteratorResult<number, number | undefined>>({
    smallest: 0,
    open: (capacity) => new Chan(capacity).setUnsafe(true),
    send: (channel, value) => channel.send(value),
    receive: (channel) => channel.recv(),
    valueOf: ({ value }) => value,
  }, order);
};

/** Measures @thi.ng/csp. */
export const measureThiNgCsp: MeasureRival = async (order) => {
  const { channel } = (await import(order.side)) as { channel: (capacity: number) => ThiNgChannel };
  return measurePeer<ThiNgChannel, number | undefined>({
    smallest: 1,
    open: (capacity) => channel(capacity),
    send: (channel, value) => channel.write(value),
    receive: (channel) => channel.read(),
    valueOf: (value) => value,
  }, order);
};

async function measurePeer<Channel, Received>(peer: Peer<Channel, Received>, { scenario, trial }: RivalOrder): Promise<Measured> {
  const operate = scenario === "ping-pong" ? roundTrips : streamValues;
  return { value: await timeOperations((count) => operate(peer, count), 1, trial) };
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
