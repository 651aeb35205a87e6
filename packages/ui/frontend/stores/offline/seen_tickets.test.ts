import assert from "node:assert/strict";
import { test } from "node:test";
import { message, page, thread, ticket, user } from "../fixtures.ts";
import { ProjectData } from "../project_data.ts";
import { MemoryRecords } from "./memory_records.ts";
import { SeenTickets, showSeenList } from "./seen_tickets.ts";

const DAY_MS = 24 * 3600 * 1000;

function seen(records = new MemoryRecords(), reader = "") {
  const clock = { now: 1_000_000_000_000 };
  return {
    records,
    clock,
    tickets: new SeenTickets(
      records,
      "p",
      () => reader,
      () => clock.now,
    ),
  };
}

async function restore(tickets: SeenTickets, data: ProjectData) {
  const list = await tickets.read();
  if (list !== null) showSeenList(list, data);
  return list;
}

function shown(...threads: number[]): ProjectData {
  const data = new ProjectData();
  data.replace(page([ticket(2), ticket(1)], 5));
  for (const id of threads) {
    data.putTicket(ticket(id, { body: `Text of ${id}` }), 5);
    data.openThread(id).replace(thread([message(id * 10, { ticket_id: id })], 5));
  }
  return data;
}

test("list and thread are shown again as they were seen, with who saw them and when", async () => {
  const { tickets, clock } = seen();
  await tickets.keep(user("bob"), shown(1));
  const data = new ProjectData();
  const found = await restore(tickets, data);
  assert.deepEqual([found?.me.user_id, found?.at], ["bob", clock.now]);
  assert.deepEqual(
    data.list.tickets.value.map(({ ticket_id: id }) => id),
    [2, 1],
  );
  const opened = data.openThread(1);
  assert.equal(await tickets.restoreThread(1, data), true);
  assert.equal(data.opening(1)?.body, "Text of 1");
  assert.deepEqual(
    opened.messages.value.map(({ message_id: id }) => id),
    [10],
  );
  data.openThread(2);
  assert.equal(await tickets.restoreThread(2, data), false);
});

test("what comes from the server takes the place of what was kept", async () => {
  const { tickets } = seen();
  await tickets.keep(user("bob"), shown(1));
  const data = new ProjectData();
  await restore(tickets, data);
  data.openThread(1);
  await tickets.restoreThread(1, data);
  data.thread(1)?.replace(thread([message(11)], 9));
  assert.deepEqual(
    data.thread(1)?.messages.value.map(({ message_id: id }) => id),
    [11],
  );
});

test("another user finds nothing of the one before", async () => {
  const { records, tickets } = seen();
  await tickets.keep(user("bob"), shown(1));
  await tickets.keep(user("carol"), shown());
  const data = new ProjectData();
  assert.equal((await restore(tickets, data))?.me.user_id, "carol");
  data.openThread(1);
  assert.equal(await tickets.restoreThread(1, data), false);
  assert.equal(await seen(records, "dave").tickets.read(), null);
});

test("nothing stays when a user signs out", async () => {
  const { records, tickets } = seen();
  await tickets.keep(user("bob"), shown(1, 2));
  await tickets.clear();
  assert.deepEqual(await records.list(""), []);
});

test("what was being kept as its user signed out does not stay", async () => {
  const { records, tickets } = seen();
  const kept = tickets.keep(user("bob"), shown(1, 2));
  const cleared = tickets.clear();
  await Promise.all([kept, cleared]);
  assert.deepEqual(await records.list(""), []);
});

test("it is bounded: fifty threads, the last ones seen, and a week", async () => {
  const { records, tickets, clock } = seen();
  for (let id = 1; id <= 60; id += 1) {
    clock.now += 1_000;
    await tickets.keep(user("bob"), shown(id));
  }
  assert.equal((await records.list("seen/p//thread/")).length, 50);
  clock.now += 8 * DAY_MS;
  assert.equal(await tickets.read(), null);
  await tickets.keep(user("bob"), shown());
  assert.deepEqual(await records.list("seen/p//thread/"), []);
});
