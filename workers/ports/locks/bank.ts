/**
 * Transfers between accounts. Each account has a lock; a transfer takes two, the one of
 * the lower number first, so that no two transfers wait for each other.
 * The Go program is bank.go in this folder; what both print is in bank.txt.
 *
 *     node workers/ports/locks/bank.ts [transfers] [threads]
 */
import { Guarded, i32, isMain, run, spawn, task } from "../../../src/index.ts";

const ACCOUNTS = 10;
const TELLERS = 8;
const DEPOSIT = 100;

/** Has a balance that its lock protects. */
interface Account {
  readonly number: number;
  readonly state: Guarded<{ balance: number }>;
}

/** Whether there were enough funds. */
async function transfer(from: Account, to: Account, amount: number): Promise<boolean> {
  const [first, second] = from.number < to.number ? [from, to] : [to, from];
  using one = await first.state.lock();
  using two = await second.state.lock();
  const [source, target] = first === from ? [one, two] : [two, one];
  if (source.fields.balance < amount) return false;
  source.fields.balance -= amount;
  target.fields.balance += amount;
  return true;
}

/** Makes transfers and returns how many there were and how many of these failed. */
export const teller = task(import.meta, async function teller(seed: number, transfers: number, bank: Account[]) {
  let [made, failed] = [0, 0];
  while (made < transfers) {
    seed = (seed * 1103 + 12345) % 65536;
    const [from, to] = [bank[seed % ACCOUNTS]!, bank[(seed >> 4) % ACCOUNTS]!];
    if (from === to) continue;
    made++;
    if (!(await transfer(from, to, seed % 50))) failed++;
  }
  return { made, failed };
});

export const bank = task(import.meta, async function bank(transfers: number) {
  const accounts = Array.from({ length: ACCOUNTS }, (_, number): Account => ({ number, state: new Guarded({ balance: i32 }, { balance: DEPOSIT }) }));
  const tellers = Array.from({ length: TELLERS }, (_, seed) => spawn(teller, seed, transfers / TELLERS, accounts));
  const sum = (await Promise.all(tellers)).reduce((a, b) => ({ made: a.made + b.made, failed: a.failed + b.failed }));
  const balances: number[] = [];
  for (const { state } of accounts) {
    using account = await state.lock();
    balances.push(account.fields.balance);
  }
  const total = balances.reduce((a, b) => a + b);
  console.log("transfers:", sum.made);
  console.log("some refused:", sum.failed > 0 && sum.failed < sum.made);
  console.log("in the bank:", total, "of", ACCOUNTS * DEPOSIT);
  console.log("overdrawn:", balances.filter((balance) => balance < 0).length);
  console.log("refused:", (await transfer(accounts[0]!, accounts[1]!, total + 1)) ? "no" : "insufficient funds");
  for (const { state } of accounts) state.free();
});

if (isMain(import.meta)) {
  const [transfers = "10000", threads = "2"] = process.argv.slice(2);
  await run(bank, { threads: Number(threads), args: [Number(transfers)] });
}
