/** The first primes by the sieve of Eratosthenes: what the chain of tasks must find, and how far it must count. */

/** The first `count` primes, ascending. */
export function firstPrimes(count: number): number[] {
  // From the sixth on, the n-th prime is below n (ln n + ln ln n) (Rosser 1941).
  const bound = count < 6 ? 13 : Math.ceil(count * (Math.log(count) + Math.log(Math.log(count))));
  const composite = new Uint8Array(bound + 1);
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) {
    if (composite[n] === 1) continue;
    primes.push(n);
    for (let multiple = n * n; multiple <= bound; multiple += n) composite[multiple] = 1;
  }
  return primes;
}

/** Numbers that the chain sends to find these primes, by counting divisors: each number passes all filters below its smallest divisor. */
export function sendsUntil(primes: readonly number[]): number {
  const last = primes.at(-1) ?? 1;
  let sends = 0;
  for (let n = 2; n <= last; n++) {
    const stop = primes.findIndex((prime) => n % prime === 0);
    // One send by the generator, and one by each filter that passes the number on; a prime reaches the end of the chain.
    sends += stop + 1;
  }
  return sends;
}
