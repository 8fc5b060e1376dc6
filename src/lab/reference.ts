/** The design whose time on one thread all gains of a program refer to. */
export const BASELINES: ReadonlyMap<string, string> = new Map([["gophers", "G1"], ["dot", "loop"]]);
