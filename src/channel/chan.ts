/** The public interfaces of a channel. */

import type { WaitOptions } from "../wait/wait.ts";

export type { WaitOptions };

/** One case of a select that sends; made by `Sender.sending`. */
export interface Sending {
  /** Distinguishes it from a receiver. */
  readonly sending: true;
}

/** The sending half of a channel. */
export interface Sender<T> {
  /**
   * Sends a copy of `value`. Returns immediately if there is room or a receiver waits;
   * otherwise returns a promise. The receiver does not see later changes to the value.
   * On an unbuffered channel the send completes when a receiver has taken the value.
   * @throws ERR_CHANNEL_CLOSED, ERR_VALUE_REFUSED, ERR_ARENA_FULL, or the signal's reason
   */
  send(value: T, options?: WaitOptions): void | Promise<void>;
  /** Sends `value` if it can do so without waiting, and returns whether it did. @throws as `send` */
  trySend(value: T): boolean;
  /**
   * Sends all `values` in order, and takes the channel's lock once for as many as fit.
   * When it has to wait, values of other senders can come in between. Whatever ends
   * it early, the error's `details.sent` is the number of values that were sent before.
   * @throws as `send`, and ERR_INVALID_ARGUMENT; if the signal aborts after the call, ERR_CANCELLED with the signal's reason as `cause` (a reason of warren keeps its code)
   */
  sendMany(values: ArrayLike<T>, options?: WaitOptions): void | Promise<void>;
  /** Closes the channel: no more sends. Receivers get the values that are still in it, then `undefined`. @throws ERR_CHANNEL_CLOSED if it is closed already */
  close(): void;
  /** A send of `value` as a case of a select. The value is copied when the select begins. */
  sending(value: T): Sending;
  /** How many values are in it now. */
  readonly length: number;
  /** How many values it can hold; 0 if it is unbuffered. */
  readonly capacity: number;
}

/** The receiving half of a channel. As a case of a select it means a receive from it. */
export interface Receiver<T> {
  /**
   * Receives one value. Returns it immediately if there is one; otherwise returns a
   * promise. `undefined` means that the channel is closed and empty.
   * @throws the signal's reason
   */
  recv(options?: WaitOptions): T | undefined | Promise<T | undefined>;
  /** Receives a value if it can do so without waiting; otherwise, or if the channel is closed and empty, returns `undefined`. */
  tryRecv(): T | undefined;
  /**
   * Waits for one value and takes as many as are in the channel, up to `max`.
   * `undefined` means that the channel is closed and empty.
   * @throws ERR_INVALID_ARGUMENT, or the signal's reason
   */
  recvMany(max: number, options?: WaitOptions): T[] | undefined | Promise<T[] | undefined>;
  /**
   * Receives values until the channel is closed and empty. If you leave the loop, the other
   * values stay in the channel; a `next` that still waits then resolves to the end.
   */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>;
  /** How many values are in it now. */
  readonly length: number;
  /** How many values it can hold; 0 if it is unbuffered. */
  readonly capacity: number;
}

/** A channel: both halves. Give other code only the half that it needs. */
export interface Chan<T> extends Sender<T>, Receiver<T> {}
