import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeServer, page, ticket } from "../../stores/fixtures.ts";
import { customerFilter, fetchOthers, SHOWN } from "./customer_tickets.ts";

test("a customer's name is one term of the filter, whatever is in it", () => {
  assert.equal(customerFilter("carol"), 'customer:"carol"');
  assert.equal(customerFilter('a "b" \\c'), 'customer:"a \\"b\\" \\\\c"');
});

test("the ticket that is read is not among the others, and more are said to be there", async () => {
  const server = new FakeServer();
  const found = fetchOthers(server.call, ticket(3));
  const tickets = Array.from({ length: SHOWN + 2 }, (_, index) => ticket(SHOWN + 2 - index));
  await server.answer("ticket.list", page(tickets, 9));
  const { tickets: others, hasMore } = await found;
  assert.deepEqual(
    others.map(({ ticket_id }) => ticket_id),
    [7, 6, 5, 4, 2],
  );
  assert.equal(hasMore, true);
});
