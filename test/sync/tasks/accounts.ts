/** Tasks of the tests of Guarded. */
import { type Chan, type Guarded, task, yieldNow } from "../../../src/index.ts";

export interface Account {
  balance: bigint;
  open: boolean;
  rate: number;
  deposits: number;
  code: number;
}

/** Adds 1 to two fields, with a pause in between now and then. A task that got in between would find them different. Counts such intrusions. */
export const deposit = task(import.meta, async function deposit(account: Guarded<Account>, rounds: number) {
  let intrusions = 0;
  for (let k = 0; k < rounds; k++) {
    using state = await account.lock();
    const { fields } = state;
    if (fields.balance !== BigInt(fields.deposits)) intrusions++;
    fields.balance += 1n;
    if (k % 16 === 0) await yieldNow();
    fields.deposits++;
  }
  return intrusions;
});

/** What another thread reads. */
export const readAccount = task(import.meta, async function readAccount(account: Guarded<Account>) {
  using state = await account.lock();
  return { ...state.copy(), ownerDied: state.ownerDied };
});

/** Dies in the middle of a change. */
export const dieWithAccount = task(import.meta, async function dieWithAccount(account: Guarded<Account>, begun: Chan<number>) {
  const state = await account.lock();
  state.fields.balance = 99n;
  await begun.send(1);
  await yieldNow();
  process.exit();
});

/** The code of the error that `use` throws on this thread. */
export const codeOfUse = task(import.meta, async function codeOfUse(account: Guarded<Account>) {
  try {
    using state = await account.lock();
    return String(state.fields.balance);
  } catch (error) {
    return (error as { code: string }).code;
  }
});

export const makeAccount = task(import.meta, async function makeAccount(account: Guarded<Account>) {
  return { same: account };
});
