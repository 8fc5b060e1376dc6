/** What waits outside the runtime, for another machine: warren/net reports it. */

/** Waits of one kind. */
export interface OutsideWait {
  /** For what, such as "send to queue jobs". */
  readonly name: string;
  /** How many. */
  readonly count: number;
  /** How long the oldest has waited. */
  readonly oldestMs: number;
}

/** Something that is attached to a runtime. */
export interface Outside {
  waits(): readonly OutsideWait[];
  /** The runtime has stopped. */
  stopped(): void;
}
