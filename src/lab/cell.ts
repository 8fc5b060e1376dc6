/** A cell: one design in one world on one number of threads, and what it is called. */
import { count } from "./text.ts";

/** What is measured: one row of the table. */
export interface Cell {
  /** "gophers", "dot" */
  readonly program: string;
  /** What the work is made of: "cpu", "wait", "mixed", "pile"; for dot the kernel and the size, "simd-L2". */
  readonly world: string;
  /** "G1"…"G11"; "loop", "chunks" */
  readonly design: string;
  /** Gophers at work (for dot: chunks in flight at the same time). */
  readonly gophers: number;
  readonly threads: number;
  /** What else defines the work: equal for all cells that are compared with each other. */
  readonly params: Readonly<Record<string, string | number>>;
}

/** The reference of each program: the design to whose time on one thread all gains refer. */
export const REFERENCES: ReadonlyMap<string, string> = new Map([["gophers", "G1"], ["dot", "loop"]]);

/** Whether it is of its program's reference design. */
export function isReference({ program, design }: Pick<Cell, "program" | "design">): boolean {
  return design === REFERENCES.get(program);
}

/** The same for cells that do the same work: they share a reference and a size. */
export function groupOf(cell: Pick<Cell, "program" | "world" | "params">): string {
  const params = Object.entries(cell.params).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [cell.program, cell.world, ...params.map(([name, value]) => `${name}=${value}`)].join(" ");
}

/** A cell in words: "gophers G6, cpu, 2 threads". */
export function printCell({ program, design, world, threads }: Pick<Cell, "program" | "design" | "world" | "threads">): string {
  return `${program} ${design}, ${world}, ${count(threads, "thread")}`;
}

/** Its name below a heading that has program and world: "G6, 2 threads". */
export function printDesign({ design, threads }: Pick<Cell, "design" | "threads">): string {
  return `${design}, ${count(threads, "thread")}`;
}

/** Its program and world in a heading: "wait", "dot simd-DRAM". */
export function printWorld({ program, world }: Pick<Cell, "program" | "world">): string {
  return program === "gophers" ? world : `${program} ${world}`;
}
