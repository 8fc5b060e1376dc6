/** The peer multithreading: `stream` between two threads. */
import type { MeasureRival } from "../rival.ts";
import { STREAM_CAPACITY } from "../scenarios.ts";
import { timeOperations } from "../trial.ts";

/** What is used of multithreading; its own types are not there where it is not installed. */
interface Multithreading {
  initRuntime(options: { maxWorkers: number }): void;
  channel(capacity: number): [Sender, Receiver];
  move(...values: unknown[]): unknown;
  spawn(moved: unknown, run: (receiver: Receiver, count: number) => Promise<number>): JoinHandle;
  shutdown(): void;
}
interface Sender {
  send(value: number): Promise<Outcome<void>>;
}
interface Receiver {
  recv(): Promise<Outcome<number>>;
}
interface JoinHandle {
  join(): Promise<Outcome<number>>;
}
type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

export const measureMultithreading: MeasureRival = async ({ side, trial }) => {
  const peer = (await import(side)) as Multithreading;
  peer.initRuntime({ maxWorkers: 1 });
  const value = await timeOperations((count) => streamValues(peer, count), 2, trial);
  peer.shutdown();
  return { value };
};

async function streamValues({ channel, move, spawn }: Multithreading, count: number): Promise<void> {
  const [sender, receiver] = channel(STREAM_CAPACITY);
  // This function travels as text: it may use nothing from outside itself.
  const consumer = spawn(move(receiver, count), async (receiver, count) => {
    let sum = 0;
    for (let left = count; left > 0; left--) {
      const received = await receiver.recv();
      if (!received.ok) throw received.error;
      sum += received.value;
    }
    return sum;
  });
  for (let value = 0; value < count; value++) {
    const sent = await sender.send(value);
    if (!sent.ok) throw new Error(`value ${value} of ${count} could not be sent`, { cause: sent.error });
  }
  const joined = await consumer.join();
  if (!joined.ok) throw new Error("the consumer failed", { cause: joined.error });
  if (joined.value !== (count * (count - 1)) / 2) throw new Error(`of ${count} values some were lost or repeated`);
}
