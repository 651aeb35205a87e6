import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import { ApiError } from "../api/errors.ts";
import { ERROR_CODES } from "../api/wire.ts";
import { Desk } from "./desk.ts";
import { event, FakeServer, message, page, settle, ticket, user } from "./fixtures.ts";
import { parseRoute, threadHref } from "./route.ts";
import type { ListOrder } from "./tickets/lists/list_order.ts";
import { ticketKey } from "./tickets/unread.ts";

type Options = ConstructorParameters<typeof Desk>[0];

const OWN_PAGE = { root: "http://localhost/", authenticator: null };

function newDesk(
  ids: string[],
  listDemoUsers: Options["listDemoUsers"] = null,
  page: Options["projects"][number]["page"] = OWN_PAGE,
) {
  const servers = new Map(ids.map((id) => [id, new FakeServer()]));
  const projects = [...servers].map(([id, { call, release, openStream }]) => ({
    id,
    name: id,
    call,
    release,
    openStream,
    signIn: null,
    page,
  }));
  return { desk: new Desk({ projects, listDemoUsers }), servers: [...servers.values()] };
}

async function loadAll(servers: FakeServer[], time: (index: number) => number): Promise<void> {
  for (const [index, server] of servers.entries()) {
    await server.answer("user.me", user("bob"));
    await server.answer("ticket.list", page([ticket(1, { updated_at: time(index) })], 1));
  }
}

test("the inbox holds the tickets of all projects, newest activity first", async () => {
  const { desk, servers } = newDesk(["a", "b", "c"]);
  desk.start();
  await loadAll(servers, (index) => [5, 9, 7][index] ?? 0);
  assert.deepEqual(
    [0, 1, 2].map((index) => desk.rows.value.at(index)?.project.id),
    ["b", "c", "a"],
  );
});

test("what is overdue comes before the tickets of a project that does not say what is", async () => {
  const [asCustomer, asAgent] = [new FakeServer(), new FakeServer()];
  const projects = [asCustomer, asAgent].map(({ call, release, openStream }, index) => {
    const id = ["customer", "agent"][index] ?? "";
    return { id, name: id, call, release, openStream, signIn: null, page: null };
  });
  const desk = new Desk({ projects, listDemoUsers: null, order: signal<ListOrder>("overdue") });
  desk.start();
  await asCustomer.answer("user.me", user("carol", { role: "customer" }));
  const refusal = new ApiError("what is overdue is the team's", { code: ERROR_CODES.forbidden });
  await asCustomer.fail("ticket.list", refusal);
  await asCustomer.answer("ticket.list", page([ticket(1, { updated_at: 20 })], 1));
  await asAgent.answer("user.me", user("bob"));
  await asAgent.answer("ticket.list", page([ticket(1, { updated_at: 10, first_response_due: 5 })], 1));
  assert.deepEqual(
    [0, 1].map((index) => desk.rows.value.at(index)?.project.id),
    ["agent", "customer"],
  );
});

test("somebody else's message is said aloud and unread until its ticket is open", async () => {
  const { desk, servers } = newDesk(["a"]);
  desk.start();
  await loadAll(servers, () => 1);
  const answered = { ticket: ticket(1), message: message(1, { author: "carol", author_name: "Carol" }) };
  servers[0]?.listener?.event(event(2, "message.replied", answered));
  assert.equal(desk.announcement.value, "Carol answered Ticket 1");
  assert.equal(desk.newsCount.value, 1);
  desk.route.value = parseRoute(threadHref("a", 1));
  assert.equal(desk.newsCount.value, 0);
});

test("the language is that of the user of the one project, unless it is another machine's", async () => {
  for (const [ids, own, language] of [
    [["a"], OWN_PAGE, "fr"],
    [["a"], null, null],
    [["a", "b"], OWN_PAGE, null],
  ] as const) {
    const { desk, servers } = newDesk([...ids], null, own);
    desk.start();
    for (const server of servers) {
      await server.answer("user.me", user("bob", { language: "fr" }));
      await server.answer("ticket.list", page([], 1));
    }
    assert.equal(desk.language.value, language, ids.join());
  }
});

test("a ticket that is open behind another window stays unread until the user is back", async () => {
  const { desk, servers } = newDesk(["a"]);
  desk.start();
  await loadAll(servers, () => 1);
  desk.route.value = parseRoute(threadHref("a", 1));
  desk.isVisible.value = false;
  servers[0]?.listener?.event(event(2, "message.replied", { ticket: ticket(1), message: message(1, { author: "x" }) }));
  assert.equal(desk.newsCount.value, 1);
  desk.isVisible.value = true;
  assert.equal(desk.newsCount.value, 0);
});

test("one's own message and a field that was set are no news", async () => {
  const { desk, servers } = newDesk(["a"]);
  desk.start();
  await loadAll(servers, () => 1);
  servers[0]?.listener?.event(event(2, "message.replied", { ticket: ticket(1), message: message(1) }));
  servers[0]?.listener?.event(event(3, "ticket.updated", { ticket: ticket(1, { status: "open" }) }));
  assert.deepEqual([desk.newsCount.value, desk.announcement.value], [0, ""]);
});

test("the first project that answers names the demo users, and they are asked for once at a time", async () => {
  const asked: string[] = [];
  const { desk, servers } = newDesk(["a", "b"], async (project) => {
    asked.push(project);
    if (project === "a") throw new Error("down");
    return [user("alice")];
  });
  desk.start();
  servers[0]?.listener?.open();
  await settle();
  assert.deepEqual(asked, ["a", "b"]);
  assert.equal(desk.demoUsers.value[0]?.user_id, "alice");
});

test("demo users are asked for again when a project comes to life", async () => {
  let isUp = false;
  const { desk, servers } = newDesk(["a"], async () => {
    if (!isUp) throw new Error("down");
    return [user("alice")];
  });
  desk.start();
  await settle();
  assert.deepEqual(desk.demoUsers.value, []);
  isUp = true;
  servers[0]?.listener?.open();
  await settle();
  assert.equal(desk.demoUsers.value.length, 1);
});

test("another user begins with nothing unread and nothing known", async () => {
  const { desk, servers } = newDesk(["a"]);
  desk.start();
  await loadAll(servers, () => 1);
  desk.projects[0]?.unread.arrive(1, 2);
  desk.reload();
  assert.deepEqual([desk.newsCount.value, desk.rows.value.length, desk.home.value], [0, 0, null]);
  await loadAll(servers, () => 2);
  assert.equal(desk.home.value?.id, "a");
});

test("a ticket is found by its key, and as the one that is open", () => {
  const { desk } = newDesk(["a", "b/c"]);
  const found = { project: desk.projects[1], ticketId: 7 };
  assert.deepEqual(desk.ticketOf(ticketKey("b/c", 7)), found);
  assert.equal(desk.ticketOf("none/7"), null);
  assert.equal(desk.openTicket.value, null);
  desk.route.value = parseRoute(threadHref("b/c", 7));
  assert.deepEqual(desk.openTicket.value, found);
  desk.route.value = parseRoute(threadHref("none", 7));
  assert.equal(desk.openTicket.value, null);
});

test("where the user is a customer is known once they are, and apart from where they are of the team", async () => {
  const { desk, servers } = newDesk(["a", "b"]);
  desk.start();
  assert.deepEqual(desk.asking.value, []);
  for (const [server, role] of [
    [servers[0], "agent"],
    [servers[1], "customer"],
  ] as const) {
    await server?.answer("user.me", user("bob", { role }));
    await server?.answer("ticket.list", page([], 1));
  }
  assert.deepEqual(
    [desk.staffed.value, desk.asking.value].map((projects) => projects.map(({ id }) => id)),
    [["a"], ["b"]],
  );
});

test("a row that has not moved stays the same as others come: it is not drawn again", async () => {
  for (const ids of [["a"], ["a", "b"]]) {
    const { desk, servers } = newDesk(ids);
    desk.start();
    await loadAll(servers, () => 1);
    const before = desk.rows.value.at(0);
    servers[0]?.listener?.event(event(2, "ticket.created", { ticket: ticket(9, { updated_at: 5 }) }));
    const at = desk.rows.value.indexOf(before?.project as (typeof desk.projects)[number], before?.id ?? 0);
    assert.equal(at, 1);
    assert.equal(desk.rows.value.at(at), before);
  }
});
