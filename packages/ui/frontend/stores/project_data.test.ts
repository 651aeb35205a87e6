import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../api/wire.ts";
import { event, message, page, thread, ticket } from "./fixtures.ts";
import { ProjectData } from "./project_data.ts";

function shownBy(data: ProjectData, ticketId: number) {
  // What is unread is told by a list alone.
  const list = data.list.tickets.value.map((row) => ({ ...row, unread: null }));
  return { list, thread: data.thread(ticketId)?.messages.value };
}

const EVENTS: Event[] = [
  event(2, "message.replied", { ticket: ticket(1, { updated_at: 20, message_count: 1 }), message: message(1) }),
  event(3, "ticket.created", { ticket: ticket(2, { updated_at: 30 }) }),
  event(4, "message.noted", { ticket: ticket(1, { updated_at: 40 }), message: message(2, { kind: "note" }) }),
  event(5, "message.edited", {
    ticket: ticket(1, { updated_at: 40 }),
    message: message(1, { body: "edited", edited_at: 45 }),
  }),
];

test("a snapshot and the events after it are a fresh snapshot", () => {
  const followed = new ProjectData();
  followed.replace(page([ticket(1)], 1));
  followed.openThread(1).replace(thread([], 1));
  for (const each of EVENTS) followed.apply(each);

  const fresh = new ProjectData();
  fresh.replace(page([ticket(1, { updated_at: 40 }), ticket(2, { updated_at: 30 })], 5));
  fresh.openThread(1).replace(thread([message(1, { body: "edited", edited_at: 45 }), message(2, { kind: "note" })], 5));

  assert.deepEqual(shownBy(followed, 1), shownBy(fresh, 1));
});

test("the end of a thread and the events after it are the end of a fresh one", () => {
  const followed = new ProjectData();
  followed.replace(page([ticket(1)], 6));
  const older = followed.openThread(1);
  older.replace(thread([message(8), message(9)], 6, "before 8"));
  const take = older.expectOlder();
  followed.apply(event(7, "message.edited", { ticket: ticket(1), message: message(7, { body: "edited" }) }));
  followed.apply(event(8, "message.replied", { ticket: ticket(1), message: message(10) }));
  take(thread([message(6), message(7)], 6, "before 6"));

  const fresh = new ProjectData();
  fresh.replace(page([ticket(1)], 8));
  const messages = [message(6), message(7, { body: "edited" }), message(8), message(9), message(10)];
  fresh.openThread(1).replace(thread(messages, 8, "before 6"));
  assert.deepEqual(shownBy(followed, 1), shownBy(fresh, 1));
});

test("the text of a ticket comes with the ticket alone or with an event, and no list takes it away", () => {
  const data = new ProjectData();
  data.replace(page([ticket(1), ticket(2)], 1));
  assert.equal(data.opening(1), null);
  data.putTicket(ticket(1, { body: "whole" }), 0);
  data.apply(event(2, "ticket.updated", { ticket: ticket(2, { body: "by event" }) }));
  data.list.append(page([ticket(1)], 3));
  assert.deepEqual([data.opening(1)?.body, data.opening(2)?.body], ["whole", "by event"]);
  data.clear();
  assert.equal(data.opening(1), null);
});

test("an event that a snapshot holds already changes nothing", () => {
  const data = new ProjectData();
  data.replace(page([ticket(1, { title: "at 9" })], 9));
  data.apply(event(5, "ticket.updated", { ticket: ticket(1, { title: "at 5" }) }));
  assert.equal(data.ticket(1)?.title, "at 9");
});

test("a ticket that is hidden is gone with its thread", () => {
  const data = new ProjectData();
  data.replace(page([ticket(1), ticket(2)], 1));
  data.openThread(1).replace(thread([message(1)], 1));
  data.apply(event(2, "ticket.hidden", { record: { noun: "removed", of: "ticket", key: "1" } }));
  assert.equal(data.ticket(1), null);
  assert.equal(data.thread(1), undefined);
  assert.deepEqual(
    data.list.tickets.value.map(({ ticket_id }) => ticket_id),
    [2],
  );
});

test("another record that is removed removes no ticket", () => {
  const data = new ProjectData();
  data.replace(page([ticket(1)], 1));
  data.apply(event(2, "draft.deleted", { record: { noun: "removed", of: "draft", key: "1" } }));
  assert.equal(data.ticket(1)?.ticket_id, 1);
});

for (const kind of ["ticket.shown", "ticket.merged", "ticket.split"] as const) {
  test(`after ${kind} the thread is fetched again`, () => {
    assert.equal(new ProjectData().apply(event(2, kind, { ticket: ticket(7) })), 7);
  });
}

test("after a reply it is not", () => {
  assert.equal(new ProjectData().apply(event(2, "message.replied", { ticket: ticket(7), message: message(1) })), null);
});

test("another user finds nothing", () => {
  const data = new ProjectData();
  data.replace(page([ticket(1)], 1, "next"));
  data.openThread(1).replace(thread([message(1)], 1));
  data.clear();
  assert.deepEqual(
    [data.list.tickets.value, data.list.cursor.value, data.ticket(1), data.openThreads],
    [[], null, null, []],
  );
});

test("a list that grows without an end keeps what was asked for, what is open, and the newest", () => {
  const data = new ProjectData();
  data.replace(page([ticket(1, { updated_at: 1_000_000 }), ticket(2, { updated_at: 1 })], 1));
  data.openThread(2);
  for (let seq = 3; seq < 3_000; seq += 1) data.apply(event(seq, "ticket.created", { ticket: ticket(seq) }));
  const ids = data.list.tickets.value.map(({ ticket_id }) => ticket_id);
  assert.ok(ids.length < 1_200);
  assert.deepEqual([ids[0], ids[1], data.ticket(2)?.ticket_id], [1, 2_999, 2]);
  // What was forgotten is asked for again where somebody scrolls to it.
  assert.deepEqual([data.ticket(3), data.list.cursor.value], [null, ""]);
});

test("ten thousand events leave no more in memory than the list and what is open", () => {
  const data = new ProjectData();
  data.replace(page([ticket(1)], 1));
  data.list.begin((one) => one.status !== "closed", "activity");
  data.replace(page([ticket(1)], 1));
  const views = data.newList();
  views.begin((one) => one.status === "waiting", "activity");
  views.replace(page([ticket(2, { status: "waiting" })], 1));
  for (let seq = 3; seq < 10_000; seq += 1) {
    data.apply(event(seq, "ticket.created", { ticket: ticket(seq, { updated_at: seq }) }));
    data.apply(event(seq, "ticket.updated", { ticket: ticket(seq, { updated_at: seq, status: "closed" }) }));
  }
  assert.deepEqual([data.ticketCount, data.list.length, views.length], [2, 2, 1]);
  // What a list alone had goes with it.
  data.closeList(views);
  assert.equal(data.ticketCount, 2);
  data.list.remove(2);
  data.forgetUnlisted();
  assert.equal(data.ticketCount, 1);
});

test("ten thousand rows are kept in one place each, whatever happens to them", () => {
  const data = new ProjectData();
  data.replace(
    page(
      Array.from({ length: 10_000 }, (_, index) => ticket(index + 1)),
      1,
      "on",
    ),
  );
  for (let seq = 2; seq < 10_002; seq += 1) {
    const id = ((seq * 7_919) % 10_000) + 1;
    data.apply(event(seq, "ticket.updated", { ticket: ticket(id, { updated_at: 10_000 + seq }) }));
  }
  assert.deepEqual([data.ticketCount, data.list.length], [10_000, 10_000]);
});

test("threads that were opened long ago are forgotten with their messages, and can be opened again", () => {
  const data = new ProjectData();
  for (let id = 1; id <= 31; id += 1) {
    data.putTicket(ticket(id), 1);
    data.list.remove(id);
    data.openThread(id).replace(thread([message(id * 100), message(id * 100 + 1)], 1));
  }
  assert.deepEqual([data.openThreads.length, data.thread(1), data.ticket(1)], [30, undefined, null]);
  assert.deepEqual([data.thread(2)?.messages.value.length, data.ticketCount], [2, 30]);
  assert.deepEqual(data.openThread(1).messages.value, []);
});

test("all threads but one are forgotten with their messages, and with what no list has", () => {
  const data = new ProjectData();
  data.replace(page([ticket(1), ticket(2)], 1));
  for (const id of [1, 2, 3]) {
    data.openThread(id).replace(thread([message(id * 10)], 1));
    data.putTicket(ticket(id), 1);
  }
  data.list.remove(3);
  const shown = data.thread(2);
  data.forgetThreads(2);
  assert.deepEqual([data.openThreads, data.thread(2) === shown], [[2], true]);
  assert.deepEqual([data.ticket(1)?.ticket_id, data.ticket(3)], [1, null]);
  data.forgetThreads(null);
  assert.deepEqual(data.openThreads, []);
});

test("a thread that is shown is not the next that is forgotten", () => {
  const data = new ProjectData();
  for (let id = 1; id <= 30; id += 1) data.openThread(id);
  const shown = data.showThread(1);
  data.openThread(31);
  assert.deepEqual([data.thread(1) === shown, data.thread(2)], [true, undefined]);
});
