/** A scenario: what the threads of one world do, and what must hold however they interleave. */
export interface Scenario<W> {
  readonly name: string;
  readonly threads: number;
  /** How often a wait looks before it parks; 0 without. */
  readonly spins?: number;
  /** Threads sleep on their doorbells. */
  readonly sleeps?: boolean;
  /** Preemptions up to which it is explored completely; 2 without. */
  readonly bound?: number;
  /** Schedules by lot beyond that; none without. */
  readonly samples?: number;
  /** Threads of which one may vanish at any moment; main then repairs. Main is one more thread. */
  readonly victims?: readonly number[];
  /** Makes channels and programs. */
  build(world: W): void;
}
