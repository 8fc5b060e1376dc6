/** The public faces of a channel. */

import type { WaitOptions } from "../wait/wait-options.ts";

export type { WaitOptions };

/** One case of a select that sends; made by `Sender.sending`. */
export interface Sending {
  /** Tells it from a receiver. */
  readonly sending: true;
}

/** The sending half of a channel. */
export interface Sender<T> {
  /**
   * Sends `value`: returns at once if there is room or a receiver, else a
   * promise. Sent means: copied; what the caller does to the value later is not
   * seen. On an unbuffered channel it completes when a receiver has the value.
   * @throws ERR_CHANNEL_CLOSED, ERR_VALUE_REFUSED, ERR_ARENA_FULL, or the signal's reason
   */
  send(value: T, options?: WaitOptions): void | Promise<void>;
  /** Sends `value` if that needs no waiting; false if it would. @throws as `send` */
  trySend(value: T): boolean;
  /**
   * Sends all `values` in order, taking the channel's lock once for as many as fit.
   * Other senders may come in between where it has to wait. A closed channel or a
   * refused value ends it: `details.sent` says how many went before.
   * @throws as `send`
   */
  sendMany(values: ArrayLike<T>, options?: WaitOptions): void | Promise<void>;
  /** No more sends: receivers drain what is buffered and then see the end. @throws ERR_CHANNEL_CLOSED if it is closed already */
  close(): void;
  /** A send of `value` as a case of a select; it is taken when the select begins. */
  sending(value: T): Sending;
  /** Values buffered now. */
  readonly length: number;
  /** Values it can buffer; 0 is a rendezvous. */
  readonly capacity: number;
}

/** The receiving half of a channel; as a case of a select it stands for its own receive. */
export interface Receiver<T> {
  /**
   * Receives one value: at once if there is one, else a promise. `undefined`
   * only when the channel is closed and drained.
   * @throws the signal's reason
   */
  recv(options?: WaitOptions): T | undefined | Promise<T | undefined>;
  /** Receives if that needs no waiting; `undefined` if there is nothing now or ever. */
  tryRecv(): T | undefined;
  /**
   * Waits for one value and takes as many as there are, up to `max`. `undefined`
   * when the channel is closed and drained.
   * @throws ERR_INVALID_ARGUMENT, or the signal's reason
   */
  recvMany(max: number, options?: WaitOptions): T[] | undefined | Promise<T[] | undefined>;
  /** Until closed and drained. Leaving the loop leaves the rest in the channel. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>;
  /** Values buffered now. */
  readonly length: number;
  /** Values it can buffer; 0 is a rendezvous. */
  readonly capacity: number;
}

/** A channel: both halves. Pass on the half that the other side needs. */
export interface Chan<T> extends Sender<T>, Receiver<T> {}
