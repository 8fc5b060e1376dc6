/** Every operation that can wait accepts these. An abort ends the wait, loses no value and leaves no waiter. */
export interface WaitOptions {
  /** When this signal aborts, the wait rejects with its reason. Use a context's `signal` to reach all threads. */
  readonly signal?: AbortSignal | undefined;
}
