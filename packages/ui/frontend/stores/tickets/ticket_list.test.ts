import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { TicketSummary } from "../../api/wire.ts";
import { page, ticket } from "../fixtures.ts";
import { VersionedTable } from "../versioned_table.ts";
import { type Condition, TicketList } from "./ticket_list.ts";

function newList(condition: Condition = null) {
  const table = new VersionedTable<TicketSummary>();
  const list = new TicketList(table);
  list.begin(condition, "activity");
  return { table, list };
}

function idsOf(list: TicketList): number[] {
  return Array.from({ length: list.length }, (_, index) => list.at(index)?.id ?? 0);
}

test("the newest activity is first, and the higher id of two at the same time", () => {
  const { list } = newList();
  list.replace(page([ticket(1, { updated_at: 5 }), ticket(2, { updated_at: 9 }), ticket(3, { updated_at: 5 })], 1));
  assert.deepEqual(idsOf(list), [2, 3, 1]);
  assert.deepEqual(
    list.tickets.value.map(({ ticket_id: id }) => id),
    [2, 3, 1],
  );
});

test("a ticket moves when its row changes", () => {
  const { table, list } = newList();
  list.replace(page([ticket(1), ticket(2)], 1));
  const before = list.version.value;
  table.put(1, ticket(1, { updated_at: 10 }), 2);
  assert.deepEqual(idsOf(list), [1, 2]);
  assert.notEqual(list.version.value, before);
});

test("a change that moves no ticket changes no list", () => {
  const { table, list } = newList();
  list.replace(page([ticket(1), ticket(2)], 1));
  const before = list.version.value;
  table.put(1, ticket(1, { title: "Other" }), 2);
  assert.equal(list.version.value, before);
});

test("a ticket that is known and not listed is not in the list", () => {
  const { table, list } = newList();
  list.replace(page([ticket(1)], 1));
  table.put(2, ticket(2), 1);
  assert.deepEqual(idsOf(list), [1]);
  list.add(2);
  list.add(2);
  assert.deepEqual(idsOf(list), [2, 1]);
});

test("a list with a condition takes what meets it, and lets go of what does not any more", () => {
  const { table, list } = newList((one) => one.status === "new");
  list.replace(page([ticket(1)], 1));
  table.put(2, ticket(2), 2);
  table.put(3, ticket(3, { status: "closed" }), 3);
  assert.deepEqual(idsOf(list), [2, 1]);
  const change = table.change(2, (one) => ({ ...one, status: "open" }));
  assert.deepEqual(idsOf(list), [1]);
  change.undo();
  assert.deepEqual(idsOf(list), [2, 1]);
  table.remove(1);
  assert.deepEqual(idsOf(list), [2]);
});

test("a ticket that belongs behind the last page waits for its page", () => {
  const { table, list } = newList(() => true);
  list.replace(page([ticket(9), ticket(8)], 1, "next"));
  table.put(3, ticket(3), 2);
  assert.deepEqual(idsOf(list), [9, 8]);
  list.append(page([ticket(7), ticket(3)], 3));
  assert.deepEqual(idsOf(list), [9, 8, 7, 3]);
  table.put(1, ticket(1), 4);
  assert.deepEqual(idsOf(list), [9, 8, 7, 3, 1]);
});

test("the next page is added, and an older one replaces no newer ticket", () => {
  const { list } = newList();
  list.replace(page([ticket(3)], 5, "next"));
  assert.equal(list.cursor.value, "next");
  list.append(page([ticket(2), ticket(3, { title: "older" })], 4));
  assert.equal(list.cursor.value, null);
  assert.deepEqual(
    list.tickets.value.map(({ title }) => title),
    ["Ticket 3", "Ticket 2"],
  );
});

test("a list that is replaced holds its first page alone", () => {
  const { list } = newList();
  list.replace(page([ticket(1), ticket(2)], 1, "next"));
  list.remove(2);
  assert.deepEqual(idsOf(list), [1]);
  list.replace(page([ticket(4)], 2));
  assert.deepEqual(idsOf(list), [4]);
  list.clear();
  assert.deepEqual(idsOf(list), []);
});

test("what is forgotten at the end is asked for again from the page that had it", () => {
  const { table, list } = newList(() => true);
  list.replace(page([ticket(30), ticket(29)], 1, "behind 29"));
  list.append(page([ticket(28), ticket(27)], 1, "behind 27"));
  for (const id of [31, 32, 33]) table.put(id, ticket(id), id);
  assert.equal(list.surplus, 3);
  assert.deepEqual(list.forget(0), [29, 28, 27].slice(0));
  assert.deepEqual([idsOf(list), list.cursor.value], [[33, 32, 31, 30], ""]);
  // It is behind the end until its page comes.
  table.put(29, ticket(29), 40);
  assert.deepEqual(idsOf(list), [33, 32, 31, 30]);
  list.append(page([ticket(33), ticket(32), ticket(31), ticket(30), ticket(29)], 41, "behind 29"));
  assert.deepEqual([idsOf(list), list.cursor.value], [[33, 32, 31, 30, 29], "behind 29"]);
});

test("a ticket that has become overdue is put before those that are not", () => {
  const { list } = newList(() => true);
  list.begin(() => true, "overdue");
  const soon = Date.now() + 60_000;
  mock.timers.enable({ apis: ["Date"], now: soon - 60_000 });
  try {
    list.replace(page([ticket(2), ticket(1, { first_response_due: soon })], 1));
    list.rank();
    assert.deepEqual(idsOf(list), [2, 1]);
    mock.timers.setTime(soon);
    list.rank();
    assert.deepEqual(idsOf(list), [1, 2]);
  } finally {
    mock.timers.reset();
  }
});
