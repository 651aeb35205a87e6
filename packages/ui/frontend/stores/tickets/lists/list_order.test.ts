import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "../../../api/client.ts";
import { page, ticket } from "../../fixtures.ts";
import { fetchPage, isOverdue, type ListOrder, type ListParams, rankOf } from "./list_order.ts";
import { compare } from "./ordered_rows.ts";

/** A server that answers with these pages, and what it was asked. */
function serverOf(...pages: ReturnType<typeof page>[]): { call: Call; asked: unknown[] } {
  const asked: unknown[] = [];
  const call = async (_method: string, params: unknown) => {
    asked.push(params);
    return pages.shift();
  };
  return { call: call as unknown as Call, asked };
}

function orderOf(order: ListOrder, tickets: ReturnType<typeof ticket>[]): number[] {
  return tickets
    .map((one) => rankOf(one, order, 1_000))
    .sort(compare)
    .map(({ id }) => id);
}

test("each order puts tickets where its name says", () => {
  const tickets = [
    ticket(1, { updated_at: 10, priority: "low" }),
    ticket(2, { updated_at: 30 }),
    ticket(3, { updated_at: 20, priority: "urgent", first_response_due: 2_000 }),
    ticket(4, { updated_at: 5, first_response_due: 900 }),
  ];
  assert.deepEqual(orderOf("activity", tickets), [2, 3, 1, 4]);
  assert.deepEqual(orderOf("oldest", tickets), [1, 2, 3, 4]);
  assert.deepEqual(orderOf("priority", tickets), [3, 2, 4, 1]);
  assert.deepEqual(orderOf("overdue", tickets), [4, 2, 3, 1]);
  assert.deepEqual(orderOf("due", tickets), [4, 3, 2, 1]);
});

test("of two answers that are due at the same time, that of the ticket that was filed first comes first", () => {
  const answered = ticket(2, { first_response_due: 900, first_response_at: 800, updated_at: 10 });
  const solved = ticket(4, { first_response_due: 900, status: "solved", updated_at: 20 });
  const due = [5, 3, 1].map((id) => ticket(id, { first_response_due: 900 }));
  assert.deepEqual(orderOf("due", [answered, solved, ...due]), [1, 3, 5, 4, 2]);
});

test("a ticket is overdue from the time that was promised until it is answered or done", () => {
  const late = ticket(1, { first_response_due: 900 });
  assert.deepEqual([isOverdue(late, 899), isOverdue(late, 900)], [false, true]);
  for (const fields of [{ first_response_at: 950 }, { status: "solved" }, { status: "closed" }] as const) {
    assert.equal(isOverdue({ ...late, ...fields }, 1_000), false);
  }
  assert.equal(isOverdue(ticket(1), 1_000), false);
});

test("a ticket without a time is behind the others", () => {
  const broken = ticket(9, { updated_at: undefined as unknown as number });
  assert.deepEqual(orderOf("activity", [broken, ticket(1)]), [1, 9]);
});

const ASKED: Array<[ListOrder, ListParams, string, ListParams]> = [
  ["activity", { view: "mine" }, "", { view: "mine", limit: 50, unread: true }],
  ["activity", { view: "mine" }, "c", { view: "mine", cursor: "c", limit: 50, unread: true }],
  ["oldest", { filter: "tag:a" }, "", { filter: "tag:a", order: "id", limit: 50, unread: true }],
  ["priority", { view: "open" }, "1|", { view: "open", filter: "priority:high", limit: 50, unread: true }],
  ["due", { view: "open" }, "", { view: "open", order: "first_response_due", limit: 50, unread: true }],
  ["due", { view: "open" }, "1|", { view: "open", filter: "-is:awaiting", limit: 50, unread: true }],
  ["overdue", { filter: "tag:a" }, "1|x", { filter: "tag:a -is:overdue", cursor: "x", limit: 50, unread: true }],
  [
    "priority",
    { filter: "priority:high priority:low" },
    "",
    {
      filter: "priority:high priority:low -priority:high -priority:normal -priority:low",
      limit: 50,
      unread: true,
    },
  ],
];

for (const [order, params, cursor, expected] of ASKED) {
  test(`a page by ${order} of ${JSON.stringify(params)} behind ${cursor || "nothing"}`, async () => {
    const { call, asked } = serverOf(page([ticket(1)], 3));
    await fetchPage(call, params, { order, cursor, limit: 50 });
    assert.deepEqual(asked, [expected]);
  });
}

test("a part without tickets is passed by, and the end of the last one is the end", async () => {
  const { call, asked } = serverOf(page([], 3), page([], 3, "on"), page([ticket(1)], 3));
  const found = await fetchPage(call, {}, { order: "priority", cursor: "", limit: 50 });
  assert.deepEqual([found.tickets.length, found.next_cursor], [1, "2|"]);
  assert.equal(asked.length, 3);
  const end = serverOf(page([ticket(1)], 3));
  assert.equal((await fetchPage(end.call, {}, { order: "priority", cursor: "3|", limit: 50 })).next_cursor, null);
});

test("a search that finds nothing stops after a while, and goes on with the next page", async () => {
  const { call, asked } = serverOf(...Array.from({ length: 20 }, (_, index) => page([], 3, `c${index}`)));
  const found = await fetchPage(call, {}, { order: "activity", cursor: "", limit: 50 });
  assert.deepEqual([found.tickets, found.next_cursor, asked.length], [[], "c7", 8]);
});
