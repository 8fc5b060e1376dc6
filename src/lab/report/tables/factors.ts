/** Where the gains come from: the factors of C and of P, from the traced runs. */
import { printCell } from "../../cell.ts";
import { COLUMNS } from "../../print/columns.ts";
import type { Factors, GainResult, Result } from "../../result.ts";
import { printRatio } from "../../text.ts";
import { html, type Html } from "../parts/html.ts";
import { absent, reading, table, type Column } from "../parts/section.ts";

const { fill, work, LB, CommE, CompS } = COLUMNS;

type Factored = GainResult & { readonly factors: Factors };

const isFactored = (gain: GainResult): gain is Factored => gain.factors !== undefined;

const column = (title: string, of: (factors: Factors, gain: Factored) => string): Column<Factored> => ({ title, isNumber: true, text: (gain) => of(gain.factors, gain) });
/** For figures that have no meaning on one thread. */
const ifMany = (value: (factors: Factors) => number) => (factors: Factors, { threads }: Factored): string => (threads === 1 ? "—" : printRatio(value(factors)));

/** The table of factors. */
export function factorsSection({ gains }: Result): Html {
  const factored = gains.filter(isFactored);
  // on one thread there is only C, and the rows of more threads have it too
  const many = factored.filter(({ threads }) => threads > 1);
  const rows = many.length > 0 ? many : factored;
  if (rows.length === 0) return absent("No cell was traced together with its reference, so the gains cannot be taken apart.");
  return html`${reading(
    html`<b>C = ${fill.title} × ${work.title}</b>`, ": how much more of the time the one thread runs tasks, and how much less work it has to do. ",
    html`<b>P = ${LB.title} × ${CommE.title} × p × ${CompS.title} / U₁</b>`, ": uneven threads (mean running time of the threads / that of the busiest), waiting for others (running time of the busiest thread / the whole time), ",
    "p threads, extra work on more threads (below 1: the work grew), and U₁, the share of the time that one thread ran tasks. All are from one traced run each, so C and P differ a little from the table above.",
  )}
${table("Factors of C and P in the traced runs", [
    { title: "cell", text: printCell },
    column("C", ({ C }) => printRatio(C)), column(fill.title, ({ fill }) => printRatio(fill)), column(work.title, ({ work }) => printRatio(work)),
    column("P", ifMany(({ P }) => P)), column(LB.title, ifMany(({ LB }) => LB)), column(CommE.title, ifMany(({ CommE }) => CommE)),
    column("p", (_, { threads }) => String(threads)), column(CompS.title, ifMany(({ CompS }) => CompS)), column("U₁", ({ U1 }) => printRatio(U1)),
  ], rows)}`;
}
