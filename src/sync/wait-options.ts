/** Accepted by every operation that can wait: aborting ends the wait, loses no value and leaves no waiter. */
export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}
