/** Accepted by every operation that can wait: aborting ends the wait, loses no value and leaves no waiter. */
export interface WaitOptions {
  /** Whose abort ends the wait, with its reason; a context's `signal`, for one that reaches all threads. */
  readonly signal?: AbortSignal | undefined;
}
