/** A Piscina task: some parts of a program. */
import { type Input, type State, type Work, WORK, emptyState } from "./work.ts";

export default async function parts({ program, input, first, end }: { program: string; input: Input; first: number; end: number }): Promise<State> {
  const work = WORK[program] as Work;
  const state = emptyState();
  for (let part = first; part < end; part++) await work.part(state, input, part);
  return state;
}
