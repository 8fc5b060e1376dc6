import { expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { waiter } from "../../src/memory/layout.ts";
import { hasMail, pushInbox, takeInbox } from "../../src/wait/inbox.ts";

test("an inbox is taken whole, the oldest first, and is empty then", () => {
  const arena = Arena.create(1, 4_194_304);
  const thread = Arena.attach(arena.memory, 0);
  expect([hasMail(thread), takeInbox(thread)]).toEqual([false, 0]);
  const records = Array.from({ length: 100 }, () => arena.alloc(16));
  for (const record of records) pushInbox(arena, 0, record);
  expect([hasMail(thread), hasMail(arena)]).toEqual([true, false]);
  const taken: number[] = [];
  for (let record = takeInbox(thread); record !== 0; record = arena.i32[record + waiter.inboxNext]) taken.push(record);
  expect(taken).toEqual(records);
  expect([hasMail(thread), takeInbox(thread)]).toEqual([false, 0]);
});
