import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "./desk.ts";
import { event, FakeServer, message, page, settle, ticket, user } from "./fixtures.ts";
import { parseRoute, threadHref } from "./route.ts";

function newDesk(ids: string[], listDemoUsers: ConstructorParameters<typeof Desk>[0]["listDemoUsers"] = null) {
  const servers = new Map(ids.map((id) => [id, new FakeServer()]));
  const projects = [...servers].map(([id, { call, release, openStream }]) => ({
    id,
    name: id,
    call,
    release,
    openStream,
    signIn: null,
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
    desk.inbox.value.map(({ project }) => project.id),
    ["b", "c", "a"],
  );
});

test("somebody else's message is said aloud and unread until its ticket is open", async () => {
  const { desk, servers } = newDesk(["a"]);
  desk.start();
  await loadAll(servers, () => 1);
  const answered = { ticket: ticket(1), message: message(1, { author: "carol", author_name: "Carol" }) };
  servers[0]?.listener?.event(event(2, "message.replied", answered));
  assert.equal(desk.announcement.value, "Carol answered Ticket 1");
  assert.equal(desk.unread.count.value, 1);
  desk.route.value = parseRoute(threadHref("a", 1));
  assert.equal(desk.unread.count.value, 0);
});

test("a ticket that is open behind another window stays unread until the user is back", async () => {
  const { desk, servers } = newDesk(["a"]);
  desk.start();
  await loadAll(servers, () => 1);
  desk.route.value = parseRoute(threadHref("a", 1));
  desk.isVisible.value = false;
  servers[0]?.listener?.event(event(2, "message.replied", { ticket: ticket(1), message: message(1, { author: "x" }) }));
  assert.equal(desk.unread.count.value, 1);
  desk.isVisible.value = true;
  assert.equal(desk.unread.count.value, 0);
});

test("one's own message and a field that was set are no news", async () => {
  const { desk, servers } = newDesk(["a"]);
  desk.start();
  await loadAll(servers, () => 1);
  servers[0]?.listener?.event(event(2, "message.replied", { ticket: ticket(1), message: message(1) }));
  servers[0]?.listener?.event(event(3, "ticket.updated", { ticket: ticket(1, { status: "open" }) }));
  assert.deepEqual([desk.unread.count.value, desk.announcement.value], [0, ""]);
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
  desk.unread.add("a", 1);
  desk.reload();
  assert.deepEqual([desk.unread.count.value, desk.inbox.value, desk.home.value], [0, [], null]);
  await loadAll(servers, () => 2);
  assert.equal(desk.home.value?.id, "a");
});
