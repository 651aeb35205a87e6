import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import type { ChangeOfTicket, Event } from "../../api/wire.ts";
import { ProjectSession } from "../access/project_session.ts";
import { event, FakeServer, settle, ticket } from "../fixtures.ts";
import { MOST_RECENT } from "./recent_entries.ts";
import { TicketHistories } from "./ticket_history.ts";

function change(id: number): ChangeOfTicket {
  return { change_id: id, at: id * 10, actor: "bob", action: "ticket.updated", fields: [], source: null, target: null };
}

function page(ids: number[], nextCursor: string | null = null) {
  return { changes: ids.map(change), names: { bob: "Bob" }, next_cursor: nextCursor };
}

function made() {
  const server = new FakeServer();
  let listener = (_event: Event) => {};
  const session = new ProjectSession();
  const snapshots = signal(1);
  const follow = (given: (event: Event) => void) => {
    listener = given;
    return () => {};
  };
  const histories = new TicketHistories({ call: server.call, follow, session, snapshots });
  const idsOf = () => histories.of(1).changes.map((one) => one.change_id);
  return { server, histories, idsOf, session, snapshots, tell: (told: Event) => listener(told) };
}

test("the history is fetched once, and shown oldest first", async () => {
  const { server, histories, idsOf } = made();
  assert.deepEqual(idsOf(), []);
  await server.answer("ticket.history", page([3, 2]));
  assert.deepEqual(idsOf(), [2, 3]);
  assert.equal(histories.of(1).names.bob, "Bob");
  assert.deepEqual(server.asked, []);
});

test("a change of the ticket brings its line, and changes that come together are asked for together", async () => {
  const { server, idsOf, tell } = made();
  idsOf();
  await server.answer("ticket.history", page([2]));
  tell(event(7, "ticket.updated", { ticket: ticket(1) }));
  tell(event(8, "ticket.updated", { ticket: ticket(1) }));
  tell(event(9, "ticket.updated", { ticket: ticket(2) }));
  assert.equal(server.asked.length, 1);
  await server.answer("ticket.history", page([3, 2]));
  await server.answer("ticket.history", page([4, 3, 2]));
  assert.deepEqual(idsOf(), [2, 3, 4]);
  assert.deepEqual(server.asked, []);
});

test("a message asks for nothing, unless the ticket has moved", async () => {
  const { server, idsOf, tell } = made();
  idsOf();
  await server.answer("ticket.history", page([]));
  tell(event(7, "message.replied", { ticket: ticket(1, { status: "solved" }) }));
  assert.deepEqual(server.asked, []);
  tell(event(8, "message.replied", { ticket: ticket(1, { status: "open" }) }));
  assert.equal(server.asked.length, 1);
});

test("older changes come as far back as the thread is shown", async () => {
  const { server, histories, idsOf } = made();
  idsOf();
  await server.answer("ticket.history", page([9, 8], "8"));
  await histories.reach(1, 85);
  assert.deepEqual(server.asked, []);
  const reaching = histories.reach(1, 15);
  await server.answer("ticket.history", page([7, 6], "6"));
  await server.answer("ticket.history", page([5, 1]));
  await reaching;
  assert.deepEqual(idsOf(), [1, 5, 6, 7, 8, 9]);
});

test("what lies between the latest page and what was known is asked for again", async () => {
  const { server, histories, idsOf, tell } = made();
  idsOf();
  await server.answer("ticket.history", page([2, 1]));
  tell(event(7, "ticket.updated", { ticket: ticket(1) }));
  await server.answer("ticket.history", page([9, 8], "8"));
  assert.deepEqual(idsOf(), [8, 9]);
  const reaching = histories.reach(1, 0);
  await server.answer("ticket.history", page([7, 2, 1]));
  await reaching;
  assert.deepEqual(idsOf(), [1, 2, 7, 8, 9]);
});

test("an answer that fails leaves what is known, and the next change asks again", async () => {
  const { server, idsOf, tell } = made();
  idsOf();
  await server.answer("ticket.history", page([1]));
  tell(event(7, "ticket.updated", { ticket: ticket(1) }));
  await server.fail("ticket.history", new Error("no"));
  assert.deepEqual(idsOf(), [1]);
  tell(event(8, "ticket.updated", { ticket: ticket(1) }));
  await server.answer("ticket.history", page([2, 1]));
  await settle();
  assert.deepEqual(idsOf(), [1, 2]);
});

test("a first reply that opens a ticket again brings the line of that", async () => {
  const { server, histories, tell } = made();
  histories.of(1, "solved");
  await server.answer("ticket.history", page([]));
  tell(event(7, "message.replied", { ticket: ticket(1, { status: "open" }) }));
  assert.equal(server.asked.length, 1);
});

test("what changes while older changes are on their way is asked for behind them", async () => {
  const { server, histories, idsOf, tell } = made();
  idsOf();
  await server.answer("ticket.history", page([3], "older"));
  void histories.reach(1, 0);
  tell(event(7, "ticket.updated", { ticket: ticket(1) }));
  await server.answer("ticket.history", page([2]));
  await server.answer("ticket.history", page([4, 3], "older"));
  assert.deepEqual(idsOf(), [2, 3, 4]);
});

test("a ticket that was shown long ago asks for nothing", async () => {
  const { server, histories, tell } = made();
  for (let id = 1; id <= MOST_RECENT + 1; id += 1) {
    histories.of(id);
    // It is gone back to time and again.
    histories.of(1);
    await server.answer("ticket.history", page([]));
  }
  tell(event(7, "ticket.updated", { ticket: ticket(2) }));
  assert.deepEqual(server.asked, []);
  tell(event(8, "ticket.updated", { ticket: ticket(1) }));
  assert.equal(server.asked.length, 1);
  await settle();
});

test("after a snapshot the history that is shown is asked for again, and others when they are shown", async () => {
  const { server, histories, idsOf, snapshots } = made();
  histories.of(2);
  await server.answer("ticket.history", page([9]));
  idsOf();
  await server.answer("ticket.history", page([2]));
  snapshots.value += 1;
  assert.deepEqual(
    server.asked.map(({ params }) => (params as { ticket_id: number }).ticket_id),
    [1],
  );
  await server.answer("ticket.history", page([3, 2]));
  assert.deepEqual(idsOf(), [2, 3]);
  histories.of(2);
  assert.equal(server.asked.length, 1);
});

test("what could not be fetched is asked for again as the server is back, and nothing else is", async () => {
  const { server, idsOf, session } = made();
  idsOf();
  await server.fail("ticket.history", new Error("no answer"));
  session.caughtUp();
  await server.answer("ticket.history", page([2]));
  assert.deepEqual(idsOf(), [2]);
  session.phase.value = "behind";
  session.caughtUp();
  assert.deepEqual(server.asked, []);
});
