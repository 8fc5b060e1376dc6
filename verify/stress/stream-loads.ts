/** Loads of values through channels: each is counted where it arrives. */
import { type Chan, bytes, chanOf, i32 } from "../../src/index.ts";
import { quiet, used } from "../../test/channel/tasks/quiet.ts";
import { answerChannels, checkBlocks, sendBlocks, sendChannels } from "../../test/channel/tasks/streams.ts";
import { carry, countNumbered, forward, sendNumbered } from "./stream-tasks.ts";
import { type Stress, count, scaled } from "./stress.ts";
import { tally } from "./tally.ts";

const range = (length: number): number[] => Array.from({ length }, (_, k) => k);

/** crossbeam array.rs and zero.rs, mpmc and spsc. */
function streams(senders: number, receivers: number, full: number, capacity: number): Stress {
  return {
    id: `${senders === 1 ? "spsc" : "mpmc"}-${capacity}`,
    what: `${senders}+${receivers} tasks × ${count(full)} values, capacity ${capacity}`,
    async run(setup) {
      const { rt, seed } = setup;
      const each = scaled(full, setup);
      using cells = rt.shared.int32(senders * each);
      const c = rt.chan(i32, capacity);
      const receiving = range(receivers).map((k) => rt.spawn(countNumbered, c, cells, each, seed, k));
      await Promise.all(range(senders).map((k) => rt.spawn(sendNumbered, c, k, each, seed)));
      c.close();
      const inversions = (await Promise.all(receiving)).reduce((sum, inverted) => sum + inverted, 0);
      return { ops: senders * each, inversions, ...tally(cells) };
    },
  };
}

/** Go chan_test.go, TestMultiConsumer: 23 workers take from one channel and send to another; each value is counted, where Go counts the sum. */
const multiConsumer: Stress = {
  id: "multi-consumer",
  what: "23 workers × 271,828 values through two channels, capacity 69",
  async run(setup) {
    const { rt, seed } = setup;
    const each = scaled(271_828, setup);
    using cells = rt.shared.int32(each);
    const [queue, results] = [rt.chan(i32, 23 * 3), rt.chan(i32, 23 * 3)];
    const workers = range(23).map(() => rt.spawn(forward, queue, results));
    const counting = rt.spawn(countNumbered, results, cells, 1, seed, 0);
    await rt.spawn(sendNumbered, queue, 0, each, seed);
    queue.close();
    await Promise.all(workers);
    results.close();
    // With one value a sender, nothing can be inverted: 23 workers may overtake each other.
    return { ops: each, inversions: await counting, ...tally(cells) };
  },
};

/** A checksum in each block. */
const payloads: Stress = {
  id: "payloads",
  what: "4+4 tasks × 1,000 blocks of 64 B to 64 kB with checksums, capacities 0, 1 and 3",
  async run(setup) {
    const { rt, seed } = setup;
    const each = scaled(1000, setup);
    const before = used(rt);
    let [blocks, torn] = [0, 0];
    for (const capacity of [0, 1, 3]) {
      const c = rt.chan(bytes, capacity);
      const receiving = range(4).map(() => rt.spawn(checkBlocks, c));
      await Promise.all(range(4).map((k) => rt.spawn(sendBlocks, c, seed + k, each)));
      c.close();
      for (const [whole, broken] of await Promise.all(receiving)) {
        blocks += whole;
        torn += broken;
      }
    }
    await quiet(rt);
    const failures = torn === 0 ? [] : [`${torn} blocks torn`];
    return { ops: 12 * each, lost: 12 * each - blocks - torn, notes: [`torn ${torn}`, `arena ${count(before)} → ${count(used(rt))} B`], failures };
  },
};

/** Channels as values; crossbeam select.rs, channel_through_channel. */
const channels: Stress = {
  id: "channels",
  what: "1,000 fresh channels through a channel and 1,000 hops of one, capacities 0, 1 and 2",
  async run(setup) {
    const { rt } = setup;
    const each = scaled(1000, setup);
    let [answered, hops] = [0, 0];
    for (const capacity of [0, 1, 2]) {
      const c = rt.chan(chanOf(i32), capacity);
      const answering = rt.spawn(answerChannels, c);
      await rt.spawn(sendChannels, c, each);
      answered += await answering;
      const [there, back] = [rt.chan(chanOf(i32), capacity), rt.chan(chanOf(i32), capacity)];
      const carrying = [rt.spawn(carry, there, back, each), rt.spawn(carry, back, there, each + 1)];
      const passenger: Chan<number> = rt.chan(i32);
      await there.send(passenger);
      hops += ((await passenger.recv()) ?? 0) * 2 - 1;
      passenger.close();
      there.close();
      await Promise.all(carrying);
    }
    const expected = 3 * (3 * each - 1);
    return { ops: answered + hops, lost: expected - answered - hops };
  },
};

export const STREAM_LOADS: readonly Stress[] = [
  ...[0, 1, 3].map((capacity) => streams(4, 4, 25_000, capacity)),
  ...[0, 1, 3].map((capacity) => streams(1, 1, 100_000, capacity)),
  multiConsumer,
  payloads,
  channels,
];
