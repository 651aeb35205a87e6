import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import type { Event, User } from "../../api/wire.ts";
import { event, FakeServer, settle, ticket, user } from "../fixtures.ts";
import { handOver, openFilter } from "./hand_over.ts";
import { matching, People } from "./people.ts";

const CAROL = user("carol", { role: "customer" });

function people() {
  const server = new FakeServer();
  let listener: (event: Event) => void = () => {};
  const store = new People({
    call: server.call,
    follow: (heard) => {
      listener = heard;
      return () => {};
    },
  });
  const hear = (record: User) => listener(event(1, "user.updated", { record }));
  return { server, store, hear };
}

test("the team is read to its end, those who work first", async () => {
  const { server, store } = people();
  const loaded = store.loadTeam();
  await server.answer("user.list", { users: [user("zoe"), user("ann", { active: false })], next_cursor: "c" });
  await server.answer("user.list", { users: [user("bob")], next_cursor: null });
  await loaded;
  assert.deepEqual(
    store.team.value?.map((one) => one.user_id),
    ["bob", "zoe", "ann"],
  );
});

test("pages without a customer are passed over, and the answer for earlier words is not taken", async () => {
  const { server, store } = people();
  const all = store.listCustomers("");
  await server.answer("user.list", { users: [user("bob")], next_cursor: "c" });
  await server.answer("user.list", { users: [CAROL], next_cursor: "d" });
  await all;
  assert.deepEqual([store.customers.value, store.cursor.value], [[CAROL], "d"]);
  const early = store.listCustomers("e");
  const late = store.listCustomers("er");
  await server.answer("user.customers", { users: [CAROL] });
  await server.answer("user.customers", { users: [] });
  await Promise.all([early, late]);
  assert.deepEqual([store.customers.value, store.cursor.value], [[], null]);
});

test("who changes role changes the list", async () => {
  const { server, store, hear } = people();
  void store.loadTeam();
  await server.answer("user.list", { users: [user("bob")], next_cursor: null });
  void store.listCustomers("");
  await server.answer("user.list", { users: [CAROL], next_cursor: null });
  hear({ ...CAROL, role: "agent" });
  assert.deepEqual([store.team.value?.length, store.customers.value.length], [2, 0]);
  hear(CAROL);
  assert.deepEqual([store.team.value?.length, store.customers.value.length], [1, 1]);
  hear({ ...CAROL, name: "Caroline" });
  assert.equal(store.find("carol")?.name, "Caroline");
});

test("an event puts nobody among the customers that were looked for, and a later page nobody twice", async () => {
  const { server, store, hear } = people();
  const dave = user("dave", { role: "customer" });
  void store.listCustomers("ca");
  await server.answer("user.customers", { users: [CAROL] });
  hear(dave);
  hear({ ...CAROL, name: "Caroline" });
  assert.deepEqual(
    store.customers.value.map(({ name }) => name),
    ["Caroline"],
  );
  void store.listCustomers("");
  await server.answer("user.list", { users: [CAROL], next_cursor: "c" });
  hear(dave);
  void store.moreCustomers();
  await server.answer("user.list", { users: [dave], next_cursor: null });
  assert.deepEqual(
    store.customers.value.map(({ user_id: id }) => id),
    ["dave", "carol"],
  );
});

test("what a user is called is found in any case of letters", () => {
  const all = [user("bob", { name: "Bob Builder" }), user("x", { email: "Erin@example.org" })];
  assert.deepEqual(
    matching(all, " BUILD ").map((one) => one.user_id),
    ["bob"],
  );
  assert.deepEqual(
    matching(all, "erin@").map((one) => one.user_id),
    ["x"],
  );
  assert.equal(matching(all, "").length, 2);
});

const done = (ids: number[]) => ({ results: ids.map((id) => ({ ticket_id: id, ticket: ticket(id), error: null })) });
const listed = (ids: number[], cursor: string | null = null) => ({
  tickets: ids.map((id) => ticket(id)),
  next_cursor: cursor,
  seq: 1,
});

test("all open tickets are handed over, in portions, also what comes meanwhile", async () => {
  const server = new FakeServer();
  const reports: string[] = [];
  const handed = handOver(server.call, {
    agent: "bob",
    to: "alice",
    report: (count, total) => reports.push(`${count}/${total}`),
  });
  const many = Array.from({ length: 150 }, (_, at) => at + 1);
  assert.deepEqual((server.asked[0]?.params as { filter: string } | undefined)?.filter, 'assignee:"bob" -is:done');
  await server.answer("ticket.list", listed(many.slice(0, 120), "c"));
  await server.answer("ticket.list", listed(many.slice(120)));
  assert.equal((server.asked[0]?.params as { assignee: string } | undefined)?.assignee, "alice");
  await server.answer("ticket.bulk", done(many.slice(0, 100)));
  await server.answer("ticket.bulk", done(many.slice(100)));
  await server.answer("ticket.list", listed([151]));
  await server.answer("ticket.bulk", done([151]));
  await server.answer("ticket.list", listed([]));
  assert.equal(await handed, 151);
  assert.deepEqual(reports, ["0/150", "100/150", "150/150", "150/151", "151/151"]);
});

test("a ticket that is refused stops it, and one that is gone does not", async () => {
  const server = new FakeServer();
  const failure = { code: -1, reason: "conflict", message: "no", hint: null, kind: null, values: {} };
  const gone = handOver(server.call, { agent: "bob", to: null, report: () => {} });
  await server.answer("ticket.list", listed([1]));
  const results = [{ ticket_id: 1, ticket: null, error: { ...failure, reason: "not-found" } }];
  await server.answer("ticket.bulk", { results });
  await server.answer("ticket.list", listed([]));
  assert.equal(await gone, 1);
  const refused = handOver(server.call, { agent: "bob", to: "erin", report: () => {} });
  const caught = assert.rejects(refused, (error) => error instanceof ApiError && error.message === "#2: no");
  await server.answer("ticket.list", listed([2]));
  await server.answer("ticket.bulk", { results: [{ ticket_id: 2, ticket: null, error: failure }] });
  await caught;
  await settle();
  assert.equal(openFilter('a"b'), 'assignee:"a\\"b" -is:done');
});
