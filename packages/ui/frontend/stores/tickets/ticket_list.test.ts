import assert from "node:assert/strict";
import { test } from "node:test";
import type { TicketSummary } from "../../api/wire.ts";
import { page, ticket } from "../fixtures.ts";
import { VersionedTable } from "../versioned_table.ts";
import { TicketList } from "./ticket_list.ts";

function idsOf(list: TicketList): number[] {
  return list.tickets.value.map(({ ticket_id }) => ticket_id);
}

test("the newest activity is first, and the higher id of two at the same time", () => {
  const list = new TicketList(new VersionedTable<TicketSummary>());
  list.replace(page([ticket(1, { updated_at: 5 }), ticket(2, { updated_at: 9 }), ticket(3, { updated_at: 5 })], 1));
  assert.deepEqual(idsOf(list), [2, 3, 1]);
});

test("a ticket moves when its row changes", () => {
  const table = new VersionedTable<TicketSummary>();
  const list = new TicketList(table);
  list.replace(page([ticket(1), ticket(2)], 1));
  assert.deepEqual(idsOf(list), [2, 1]);
  table.put(1, ticket(1, { updated_at: 10 }), 2);
  assert.deepEqual(idsOf(list), [1, 2]);
});

test("a ticket that is known and not listed is not in the list", () => {
  const table = new VersionedTable<TicketSummary>();
  const list = new TicketList(table);
  list.replace(page([ticket(1)], 1));
  table.put(2, ticket(2), 1);
  assert.deepEqual(idsOf(list), [1]);
  list.add(2);
  list.add(2);
  assert.deepEqual(idsOf(list), [2, 1]);
});

test("the next page is added, and an older one replaces no newer ticket", () => {
  const table = new VersionedTable<TicketSummary>();
  const list = new TicketList(table);
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
  const list = new TicketList(new VersionedTable<TicketSummary>());
  list.replace(page([ticket(1), ticket(2)], 1, "next"));
  list.remove(2);
  assert.deepEqual(idsOf(list), [1]);
  list.replace(page([ticket(4)], 2));
  assert.deepEqual(idsOf(list), [4]);
  list.clear();
  assert.deepEqual(idsOf(list), []);
});
