/**
 * Power series as streams of coefficients: a series is a channel, and an operation is a
 * task that reads some channels and writes one. The last line is the series of the
 * tangent, found by reversing that of the arctangent.
 * The Go program is power-series.go in this folder; what both print is in power-series.txt.
 *
 *     node workers/ports/pipelines/power-series.ts [terms] [threads]
 */
import { type ElementOf, type Receiver, type Sender, chan, go, i64, isMain, run, select, struct, task } from "../../../src/index.ts";

/** A rational number in lowest terms. */
const Rat = struct({ num: i64, den: i64 });
type Rat = ElementOf<typeof Rat>;

function rat(num: bigint, den: bigint): Rat {
  let [a, b] = [num, den];
  while (b !== 0n) [a, b] = [b, a % b];
  if (a < 0n !== den < 0n) a = -a;
  return { num: num / a, den: den / a };
}

const add = (a: Rat, b: Rat): Rat => rat(a.num * b.den + b.num * a.den, a.den * b.den);
const mul = (a: Rat, b: Rat): Rat => rat(a.num * b.num, a.den * b.den);
const text = ({ num, den }: Rat): string => (den === 1n ? `${num}` : `${num}/${den}`);
const ZERO = rat(0n, 1n);
const ONE = rat(1n, 1n);

/** The coefficients of a series, without end. */
type Series = Receiver<Rat>;
type Out = Sender<Rat>;

/** Starts an operation; the series that it writes. */
function series<A extends unknown[]>(operation: (out: Out, ...args: A) => Promise<void>, ...args: A): Series {
  const out = chan(Rat);
  go(operation, out, ...args);
  return out;
}

/** The next coefficient. */
async function next(f: Series): Promise<Rat> {
  return (await f.recv())!;
}

async function copy(out: Out, f: Series): Promise<void> {
  for await (const r of f) await out.send(r);
}

/** c + cx + cx² + … */
export const repeat = task(import.meta, async function repeat(out: Out, c: Rat) {
  for (;;) await out.send(c);
});

/** F + G. */
export const plus = task(import.meta, async function plus(out: Out, f: Series, g: Series) {
  for (;;) await out.send(add(await next(f), await next(g)));
});

/** c·F. */
export const scale = task(import.meta, async function scale(out: Out, c: Rat, f: Series) {
  for (;;) await out.send(mul(c, await next(f)));
});

/** c + xF. */
export const shift = task(import.meta, async function shift(out: Out, c: Rat, f: Series) {
  await out.send(c);
  await copy(out, f);
});

/** F(cx²): the coefficients of F, times the powers of c, with zeros between them. */
export const substitute = task(import.meta, async function substitute(out: Out, f: Series, c: Rat) {
  for (let power = ONE; ; power = mul(power, c)) {
    await out.send(mul(power, await next(f)));
    await out.send(ZERO);
  }
});

/** c plus the integral of F. */
export const integrate = task(import.meta, async function integrate(out: Out, c: Rat, f: Series) {
  await out.send(c);
  for (let n = 1n; ; n++) await out.send(mul(rat(1n, n), await next(f)));
});

/** F twice. It reads F when one of the two has none of its coefficients left. */
export const splitter = task(import.meta, async function splitter(out0: Out, out1: Out, f: Series) {
  const [queue0, queue1]: [Rat[], Rat[]] = [[], []];
  for (;;) {
    const got = await select({
      in: queue0.length === 0 || queue1.length === 0 ? f : undefined,
      out0: queue0.length > 0 ? out0.sending(queue0[0]!) : undefined,
      out1: queue1.length > 0 ? out1.sending(queue1[0]!) : undefined,
    });
    if (got.case === "out0") queue0.shift();
    else if (got.case === "out1") queue1.shift();
    else {
      queue0.push(got.value!);
      queue1.push(got.value!);
    }
  }
});

function split(f: Series): [Series, Series] {
  const [out0, out1] = [chan(Rat), chan(Rat)];
  go(splitter, out0, out1, f);
  return [out0, out1];
}

/** F·G = fg + x(fG' + gF' + xF'G'), where f and g are the first coefficients and F' and G' the rest. */
export const times = task(import.meta, async function times(out: Out, f: Series, g: Series) {
  const [f0, g0] = [await next(f), await next(g)];
  await out.send(mul(f0, g0));
  const [f1, f2] = split(f);
  const [g1, g2] = split(g);
  await copy(out, series(plus, series(plus, series(scale, f0, g1), series(scale, g0, f1)), series(shift, ZERO, series(times, f2, g2))));
});

/** 1/F = 1/f − x(1/f)F'·(1/F). */
export const recip = task(import.meta, async function recip(out: Out, f: Series) {
  const f0 = await next(f);
  const inverse = rat(f0.den, f0.num);
  const again = chan(Rat);
  const [back, self] = split(again);
  go(shift, again, inverse, series(scale, mul(rat(-1n, 1n), inverse), series(times, f, back)));
  await copy(out, self);
});

/** F(G) = f + G·F'(G); the first coefficient of G must be 0. */
export const compose = task(import.meta, async function compose(out: Out, f: Series, g: Series) {
  const [g1, g2] = split(g);
  await out.send(await next(f));
  await next(g1);
  await copy(out, series(times, g1, series(compose, f, g2)));
});

/** R with F(R) = x, so R = x / F'(R); the first coefficient of F must be 0. */
export const reverse = task(import.meta, async function reverse(out: Out, f: Series) {
  const again = chan(Rat);
  const [back, self] = split(again);
  await next(f);
  go(shift, again, ZERO, series(recip, series(compose, f, back)));
  await copy(out, self);
});

async function show(name: string, f: Series, n: number): Promise<void> {
  const terms: string[] = [];
  for (let k = 0; k < n; k++) terms.push(text(await next(f)));
  console.log(name.padEnd(12), terms.join(" "));
}

export const powerSeries = task(import.meta, async function powerSeries(n: number) {
  const ones = () => series(repeat, ONE);
  const arctan = () => series(integrate, ZERO, series(substitute, ones(), rat(-1n, 1n)));
  await show("1/(1-x)", ones(), n);
  await show("1/(1-x)^2", series(times, ones(), ones()), n);
  await show("1/(1+x)", series(recip, series(shift, ONE, series(shift, ONE, series(repeat, ZERO)))), n);
  await show("arctan", arctan(), n);
  await show("tan", series(reverse, arctan()), n);
});

if (isMain(import.meta)) {
  const [n = "10", threads = "2"] = process.argv.slice(2);
  await run(powerSeries, { threads: Number(threads), args: [Number(n)] });
}
