/** A send as a case of a select. */
import type { Sending } from "./chan.ts";
import type { Channel } from "./channel.ts";

export class SendCase<T> implements Sending {
  readonly sending = true;
  readonly channel: Channel<T>;
  readonly value: T;

  constructor(channel: Channel<T>, value: T) {
    this.channel = channel;
    this.value = value;
  }
}
