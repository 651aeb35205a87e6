import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ApiError, NO_ANSWER } from "../../api/errors.ts";
import type { TicketSummary } from "../../api/wire.ts";
import { event, FakeServer, page, settle, ticket } from "../fixtures.ts";
import { UnansweredCalls } from "../unanswered_calls.ts";
import { UnreadTickets } from "./unread.ts";

/** What is unread of three listed tickets, of which each has a message of its number. */
function newUnread() {
  const server = new FakeServer();
  const known = new Map([1, 2, 3].map((id) => [id, ticket(id, { last_message_id: id }) as TicketSummary]));
  const tickets = { ticket: (id: number) => known.get(id) ?? null, isListed: (id: number) => known.has(id) };
  const last: unknown[] = [];
  const unanswered = new UnansweredCalls((_method, params) => void last.push(params));
  const unread = new UnreadTickets(server.call, tickets, unanswered);
  return { server, unread, unanswered, last };
}

function listed(seq: number, unread: Record<number, number>) {
  const rows = Object.keys(unread).map(Number);
  const made = page(
    rows.map((id) => ticket(id)),
    seq,
  );
  return { ...made, tickets: made.tickets.map((row) => ({ ...row, unread: unread[row.ticket_id] ?? null })) };
}

function marks(unread: UnreadTickets): number[] {
  return [1, 2, 3, 4].filter((id) => unread.has(id));
}

function read(seq: number, ticketId: number, messageId: number) {
  return event(seq, "read.marked", { record: { noun: "read", ticket_id: ticketId, message_id: messageId } });
}

test("a list tells what is unread, and that is no news", () => {
  const { unread } = newUnread();
  unread.take(listed(5, { 1: 2, 2: 0, 3: 1 }));
  assert.deepEqual([marks(unread), unread.count.value], [[1, 3], 0]);
  unread.take(listed(6, { 1: 0 }));
  assert.deepEqual(marks(unread), [3]);
});

test("news are unread and counted, until the ticket is read in some tab", () => {
  const { unread } = newUnread();
  unread.arrive(2, 7);
  assert.deepEqual([marks(unread), unread.count.value], [[2], 1]);
  unread.notice(read(8, 2, 2));
  assert.deepEqual([marks(unread), unread.count.value], [[], 0]);
});

test("an answer that is older than a receipt is passed over", () => {
  const { unread } = newUnread();
  unread.take(listed(5, { 1: 1 }));
  unread.notice(read(8, 1, 1));
  unread.take(listed(7, { 1: 1 }));
  assert.deepEqual(marks(unread), []);
  unread.take(listed(9, { 1: 1 }));
  assert.deepEqual(marks(unread), [1]);
});

test("where a receipt is before the last message, the server is asked, once for several", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { server, unread } = newUnread();
    unread.notice(read(8, 2, 1));
    unread.notice(event(9, "ticket.merged", { ticket: ticket(3) }));
    unread.notice(read(9, 4, 1));
    await server.answer("read.list", { reads: [{ ticket_id: 2, message_id: 1, unread: 1, opened: true }], seq: 9 });
    assert.deepEqual(marks(unread), [2]);
    mock.timers.tick(300);
    await settle();
    assert.deepEqual(server.asked.at(-1)?.params, { ticket_ids: [3] });
  } finally {
    mock.timers.reset();
  }
});

test("a ticket that is looked at is read at once, and the server is told when it is shown", async () => {
  const { server, unread } = newUnread();
  unread.take(listed(5, { 1: 1 }));
  unread.look(1);
  assert.deepEqual([marks(unread), server.asked], [[], []]);
  void unread.tell(1, 1);
  void unread.tell(1, 1);
  assert.deepEqual(
    server.asked.map(({ params }) => params),
    [{ ticket_id: 1, message_id: 1 }],
  );
  void unread.tell(1, 9);
  assert.equal(server.asked.length, 1, "it is listed, and its last message was no news");
});

test("what is known to be read is not told again, and a ticket that no list has is told", () => {
  const { server, unread } = newUnread();
  unread.look(2);
  void unread.tell(2, 2);
  assert.deepEqual(server.asked, []);
  unread.look(4);
  void unread.tell(4, 3);
  assert.deepEqual(
    server.asked.map(({ params }) => params),
    [{ ticket_id: 4, message_id: 3 }],
  );
});

test("a list that comes late marks no ticket that is open", () => {
  const { server, unread } = newUnread();
  unread.look(1);
  unread.take(listed(5, { 1: 1, 2: 1 }));
  assert.deepEqual(marks(unread), [2]);
  void unread.tell(1, 1);
  assert.equal(server.asked.length, 1);
});

test("news on a ticket behind another one are unread, though it was told before", async () => {
  const { server, unread } = newUnread();
  unread.arrive(1, 5);
  unread.look(1);
  void unread.tell(1, 1);
  await server.answer("read.mark", {});
  unread.look(0);
  unread.arrive(1, 6);
  assert.deepEqual(marks(unread), [1]);
  unread.look(1);
  void unread.tell(1, 1);
  assert.equal(server.asked.length, 1);
});

test("a ticket that is gone, and another user, leave no mark", () => {
  const { unread } = newUnread();
  unread.take(listed(5, { 1: 1, 2: 1 }));
  unread.notice(event(6, "ticket.deleted", { record: { noun: "removed", of: "ticket", key: "1" } }));
  assert.deepEqual(marks(unread), [2]);
  unread.clear();
  assert.deepEqual(marks(unread), []);
});

test("after a gap what is newly unread is news, and marks that the list leaves out are asked for", async () => {
  const { server, unread } = newUnread();
  unread.take(listed(5, { 1: 1, 2: 0, 3: 1 }));
  const after = listed(9, { 2: 1, 3: 1 });
  unread.catchUp(after);
  unread.take(after);
  assert.deepEqual([marks(unread), unread.count.value], [[1, 2, 3], 1]);
  assert.deepEqual(
    server.asked.map(({ params }) => params),
    [{ ticket_ids: [1] }],
  );
  await server.answer("read.list", { reads: [], seq: 9 });
  assert.deepEqual(marks(unread), [2, 3]);
});

test("a server that was set back to an earlier time is believed", () => {
  const { unread } = newUnread();
  unread.arrive(1, 50);
  const after = listed(7, { 1: 0 });
  unread.catchUp(after);
  unread.take(after);
  assert.deepEqual(marks(unread), []);
});

test("more tickets than one question takes are asked for one after the other", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { server, unread } = newUnread();
    for (let id = 1; id <= 250; id += 1) unread.arrive(id, 5);
    unread.catchUp(listed(9, {}));
    const asked: number[] = [];
    while (server.asked.length > 0) {
      asked.push(...((server.asked[0]?.params as { ticket_ids?: number[] } | undefined)?.ticket_ids ?? []));
      await server.answer("read.list", { reads: [], seq: 9 });
      mock.timers.tick(300);
      await settle();
    }
    assert.equal(new Set(asked).size, 250);
    assert.deepEqual(marks(unread), []);
  } finally {
    mock.timers.reset();
  }
});

test("what the server could not be told is read is told once more", async () => {
  const { server, unread } = newUnread();
  unread.arrive(1, 5);
  unread.look(1);
  const told = unread.tell(1, 1);
  await server.fail("read.mark", new Error("no answer"));
  await told;
  void unread.tell(1, 1);
  assert.deepEqual(
    server.asked.map(({ method }) => method),
    ["read.mark"],
  );
  await server.answer("read.mark", {});
  void unread.tell(1, 1);
  assert.deepEqual(server.asked, []);
});

const NOTHING = new ApiError("no answer", { reason: NO_ANSWER });

test("a ticket that was read while nothing answered is told of as the server is back, though another one is open", async () => {
  const { server, unread } = newUnread();
  unread.arrive(1, 5);
  unread.look(1);
  const told = unread.tell(1, 1);
  await server.fail("read.mark", NOTHING);
  await told;
  unread.look(2);
  assert.deepEqual(server.asked, []);
  unread.tellAgain();
  unread.tellAgain();
  assert.deepEqual(
    server.asked.map(({ params }) => params),
    [{ ticket_id: 1, message_id: 1 }],
  );
  await server.answer("read.mark", {});
  unread.tellAgain();
  assert.deepEqual(server.asked, []);
});

test("what has no answer, or has failed, is told as the page is left; what was refused is not", async () => {
  const { server, unread, unanswered, last } = newUnread();
  for (const id of [1, 2, 3]) {
    unread.arrive(id, 5);
    unread.look(id);
    void unread.tell(id, id);
  }
  await server.fail("read.mark", NOTHING);
  await server.fail("read.mark", new ApiError("there is no ticket 2"));
  unanswered.leave();
  assert.deepEqual(last, [
    { ticket_id: 1, message_id: 1 },
    { ticket_id: 3, message_id: 3 },
  ]);
  await server.answer("read.mark", {});
  last.length = 0;
  unanswered.leave();
  assert.deepEqual(last, [{ ticket_id: 1, message_id: 1 }]);
});
