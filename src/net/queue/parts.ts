/** Deliveries as a program sees them, and what they need of their queue. */
import type { Receiver } from "../../channel/chan.ts";
import type { Space } from "../../wire/type.ts";
import type { Link } from "../link/link.ts";
import type { Typed } from "../link/typed.ts";
import type { DeadLetter, Delivery } from "./delivery.ts";
import type { Marks } from "./marks.ts";
import type { ResolvedQueue } from "./options.ts";

/** The deliveries of a queue: receive from it as from any channel, in a select, too. It closes when it is stopped, or when the connection is gone for good. */
export interface Deliveries<T> extends Receiver<Delivery<T>>, AsyncDisposable {
  /** Values in the hand of this node: given and not settled, and those that wait to be received. */
  readonly inHand: number;
  /** Takes no more, and gives back what was not received. What was received can still be settled. */
  stop(): Promise<void>;
}

/** What the deliveries need of their queue. */
export interface QueueParts<T> {
  readonly name: string;
  readonly link: Link;
  readonly space: Space;
  readonly type: Typed<T>;
  readonly options: ResolvedQueue;
  readonly marks: Marks;
  /** Sends a value to the queue of dead letters; does nothing if there is none. */
  readonly bury: (value: T, id: string, letter: DeadLetter, sequence: number) => Promise<void>;
  readonly warn: (text: string) => void;
  /** Resolves when the queue was looked at after the connection began. */
  readonly ready: () => Promise<void>;
  /** Makes the consumer if it is missing. */
  readonly mend: () => Promise<void>;
  /** Called with what is to be stopped when the connection is closed; what it returns is called when it has stopped. */
  readonly opened: (deliveries: Deliveries<unknown>) => () => void;
}
