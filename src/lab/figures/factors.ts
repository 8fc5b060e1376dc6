/**
 * Where the gains come from: POP's factors, from traced runs (docs/method.md,
 * "Factors of the gains"). With one thread for the first two,
 *
 *   C = T(d0,1)/T(d,1) = [U(d,1)/U(d0,1)] · [W(d0,1)/W(d,1)]       fill · work
 *   P = T(d,1)/T(d,p) = LB · CommE · p · CompS / U(d,1)
 *
 * exactly, because U = W/(p·T) in each: what is left of the products is a ratio
 * of times.
 *
 * Source: POP's standard metrics (load balance, communication efficiency,
 * computation scaling); there the reference keeps all its cores busy, here
 * one thread need not be, hence U(d,1).
 */
import type { Activity, Factors } from "../result.ts";

/**
 * The factors, or `null` where a run was not traced or never ran a task. The runs: the
 * reference on one thread, the design on one thread, and the design on the cell's threads.
 */
export function factorsOf(runs: Readonly<Record<"base1" | "single" | "cell", Activity>>): Factors | null {
  const [base, single, cell] = [tracedWork(runs.base1), tracedWork(runs.single), tracedWork(runs.cell)];
  if (base === null || single === null || cell === null) return null;
  const most = Math.max(...cell.busy);
  const p = cell.busy.length;
  return {
    C: base.T / single.T,
    P: single.T / cell.T,
    fill: single.W / single.T / (base.W / base.T),
    work: base.W / single.W,
    LB: cell.W / p / most,
    CommE: most / cell.T,
    CompS: single.W / cell.W,
    U1: single.W / single.T,
  };
}

function tracedWork({ T, W, busy }: Activity): { T: number; W: number; busy: readonly number[] } | null {
  return T === undefined || W === undefined || busy === undefined || !(T > 0) || !(W > 0) ? null : { T, W, busy };
}
