import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { signal } from "@preact/signals-core";
import { ApiError } from "../api/errors.ts";
import type { Event } from "../api/wire.ts";
import { ERROR_CODES } from "../api/wire.ts";
import { event, FakeServer, message, page, settle, thread, ticket, user } from "./fixtures.ts";
import { Project } from "./project.ts";
import type { ListOrder } from "./tickets/lists/list_order.ts";

function newProject(openTicket = signal<number | null>(null)): {
  server: FakeServer;
  project: Project;
  events: Event[];
} {
  const server = new FakeServer();
  const events: Event[] = [];
  const { call, release, openStream, signIn } = server;
  const project = new Project({
    id: "p",
    name: "P",
    call,
    release,
    openStream,
    signIn,
    openTicket,
    onEvent: (each) => events.push(each),
  });
  return { server, project, events };
}

async function loadedProject(openTicket = signal<number | null>(null)) {
  const made = newProject(openTicket);
  void made.project.load();
  await made.server.answer("user.me", user("bob"));
  await made.server.answer("ticket.list", page([ticket(1)], 3));
  return made;
}

test("a project says at which of its addresses it is used, until it is used at another one", async () => {
  const { project, server } = await loadedProject();
  server.listener?.open("box:2");
  assert.equal(project.session.address.value, "box:2");
  server.listener?.open();
  assert.equal(project.session.address.value, null);
});

test("a load asks for the user and the list, and follows the events after it", async () => {
  const { server, project } = newProject();
  void project.load();
  assert.deepEqual(server.asked.map(({ method }) => method).sort(), ["ticket.list", "user.me"]);
  assert.equal(project.session.phase.value, "loading");
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 3));
  assert.deepEqual(server.opened, [3]);
  assert.equal(project.session.phase.value, "behind");
  server.listener?.open();
  assert.equal(project.session.phase.value, "live");
  assert.equal(project.session.isStaff.value, true);
});

test("the answers to another user's load are not taken", async () => {
  const { server, project } = newProject();
  const me = () => project.session.me.value?.user_id;
  void project.load();
  project.forget();
  void project.load();
  await server.answer("user.me", user("carol"));
  await server.answer("ticket.list", page([ticket(1, { title: "Carol's" })], 3));
  assert.equal(me(), undefined);
  await server.answer("user.me", user("dave"));
  await server.answer("ticket.list", page([ticket(2, { title: "Dave's" })], 4));
  assert.equal(me(), "dave");
  assert.deepEqual(
    project.data.list.tickets.value.map(({ title }) => title),
    ["Dave's"],
  );
});

test("a server that does not answer is asked again by itself", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { server, project } = newProject();
    void project.load();
    await server.fail("user.me", new ApiError("no answer"));
    assert.equal(project.session.phase.value, "down");
    assert.equal(project.session.problem.value?.message, "no answer");
    server.asked.length = 0;
    mock.timers.tick(3_000);
    assert.equal(server.asked.length, 2);
  } finally {
    mock.timers.reset();
  }
});

test("who is not known is refused, and asked again on request alone", async () => {
  const { server, project } = newProject();
  void project.load();
  await server.fail("user.me", new ApiError("who?", { code: ERROR_CODES.unauthenticated }));
  assert.equal(project.session.phase.value, "refused");
  server.asked.length = 0;
  project.hurry();
  assert.equal(server.asked.length, 2);
});

test("a stream that ended asks for the reason in the ordinary way", async () => {
  const { server, project } = await loadedProject();
  server.listener?.open();
  server.listener?.lost();
  assert.equal(project.session.phase.value, "behind");
  await server.fail("user.me", new ApiError("stopped"));
  assert.equal(project.session.problem.value?.message, "stopped");
  server.listener?.open();
  assert.equal(project.session.problem.value, null);
});

test("a project whose stream breaks the protocol says so at once, and is tried again by hand", async () => {
  const { server, project } = await loadedProject();
  server.listener?.open();
  const code = ERROR_CODES["protocol-violation"];
  server.listener?.lost(new ApiError("P sent an event that is none", { code, hint: "seq: 1.5" }));
  assert.equal(project.session.phase.value, "behind");
  assert.equal(project.session.problem.value?.hint, "seq: 1.5");
  assert.deepEqual(server.asked, []);
  await project.retry();
  assert.equal(server.released, 1);
  server.listener?.open();
  assert.equal(project.session.problem.value, null);
});

test("a user who is none is a failed load", async () => {
  const { server, project } = newProject();
  void project.load();
  await server.answer("user.me", { user_id: "x", role: "agent" });
  await server.answer("ticket.list", page([], 3));
  assert.equal(project.session.phase.value, "down");
  assert.equal(project.session.me.value, null);
});

test("a stream that ended does not come back for a user who is deactivated", async () => {
  const { server, project } = await loadedProject();
  server.listener?.open();
  server.listener?.lost();
  await server.fail("user.me", new ApiError("bob is deactivated", { code: ERROR_CODES.unauthenticated }));
  assert.equal(project.session.phase.value, "refused");
  assert.equal(project.session.problem.value?.message, "bob is deactivated");
  assert.equal(server.closed, 1);
  project.hurry();
  assert.deepEqual(server.asked.map(({ method }) => method).sort(), ["ticket.list", "user.me"]);
});

test("a stream that ended does not come back for a device that is no user's any more", async () => {
  const { server, project } = await loadedProject();
  server.listener?.lost();
  await server.answer("user.me", null);
  assert.equal(project.session.phase.value, "refused");
  assert.equal(server.closed, 1);
});

test("a window whose session has ended asks once more who is here: another one may be signing in", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { server, project } = await loadedProject();
    server.listener?.lost();
    await server.answer("user.me", null);
    assert.equal(project.session.phase.value, "refused");
    mock.timers.tick(3_000);
    await server.answer("user.me", user("dave"));
    await server.answer("ticket.list", page([ticket(2)], 4));
    assert.equal(me(project), "dave");
    server.listener?.lost();
    await server.answer("user.me", null);
    mock.timers.tick(3_000);
    await server.fail("user.me", new ApiError("No session", { code: ERROR_CODES.unauthenticated }));
    assert.equal(project.session.phase.value, "refused");
    server.asked.length = 0;
    mock.timers.tick(10_000);
    assert.deepEqual(server.asked, []);
  } finally {
    mock.timers.reset();
  }
});

test("a user who is not let in any more leaves nothing on the page", async () => {
  const { server, project } = await loadedProject();
  server.listener?.open();
  const left = new ApiError("The session has ended", { code: ERROR_CODES.unauthenticated });
  const refused = assert.rejects(project.send(1, "reply", { body: "Text", attachments: [] }, "token"), left);
  await server.fail("message.reply", left);
  await refused;
  assert.equal(project.session.phase.value, "refused");
  assert.equal(project.needsSignIn.value, true);
  assert.equal(project.session.me.value, null);
  assert.deepEqual(project.data.list.tickets.value, []);
  assert.equal(server.closed, 1);
});

test("another user who signed in elsewhere in this browser begins with a page of their own", async () => {
  const { server, project } = await loadedProject();
  server.listener?.lost();
  await server.answer("user.me", user("carol"));
  assert.deepEqual(project.data.list.tickets.value, []);
  await server.answer("user.me", user("carol"));
  await server.answer("ticket.list", page([ticket(2)], 4));
  assert.equal(project.session.me.value?.user_id, "carol");
  assert.deepEqual(
    project.data.list.tickets.value.map(({ ticket_id }) => ticket_id),
    [2],
  );
});

test("a user who signs in gets the page, and one who signs out leaves it", async () => {
  const { server, project } = newProject();
  const unknown = new ApiError("who?", { code: ERROR_CODES.unauthenticated });
  void project.load();
  await server.fail("user.me", unknown);
  await server.answer("ticket.list", page([], 0));
  await project.signIn?.request("bob@example.org");
  await project.signIn?.redeem("123456");
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 3));
  assert.equal(project.session.me.value?.user_id, "bob");
  assert.equal(project.needsSignIn.value, false);
  await project.signOut();
  assert.equal(project.session.me.value, null);
  assert.deepEqual(project.data.list.tickets.value, []);
  assert.deepEqual(server.signedIn, ["bob@example.org", "bob@example.org 123456", "out"]);
  await server.fail("user.me", unknown);
  assert.equal(project.needsSignIn.value, true);
});

test("who signs out, or is not let in any more, is said to have left once they are forgotten", async () => {
  const server = new FakeServer();
  const { call, release, openStream, signIn } = server;
  const left: unknown[] = [];
  const onLeave = (user: string, leaving: string) => left.push([user, leaving, project.session.me.peek()]);
  const project = new Project({ id: "p", name: "P", call, release, openStream, signIn, onEvent() {}, onLeave });
  const signInAs = async (id: string) => {
    await server.answer("user.me", user(id));
    await server.answer("ticket.list", page([], 3));
  };
  void project.load();
  await signInAs("bob");
  await project.signOut();
  await signInAs("carol");
  server.listener?.refused(new ApiError("who?", { code: ERROR_CODES.unauthenticated }));
  void project.load();
  await signInAs("dave");
  void project.call("tag.list").catch(() => {});
  await server.fail("tag.list", new ApiError("another", { code: ERROR_CODES["another-user"] }));
  await signInAs("erin");
  server.listener?.refused(new ApiError("no", { code: ERROR_CODES.deactivated, reason: "deactivated" }));
  assert.deepEqual(left, [
    ["bob", "left", null],
    ["carol", "ended", null],
    ["dave", "ended", null],
    ["erin", "deactivated", null],
  ]);
});

test("a late refusal of an earlier user's call does not sign the present one out", async () => {
  const { server, project } = await loadedProject();
  const refused = assert.rejects(project.send(1, "reply", { body: "Text", attachments: [] }, "token"));
  project.forget();
  void project.load();
  await server.answer("user.me", user("carol"));
  await server.answer("ticket.list", page([], 3));
  await server.fail("message.reply", new ApiError("who?", { code: ERROR_CODES.unauthenticated }));
  await refused;
  assert.equal(project.session.me.value?.user_id, "carol");
});

test("a stream that ended comes back for a user who may", async () => {
  const { server, project } = await loadedProject();
  server.listener?.lost();
  await server.answer("user.me", user("bob"));
  assert.equal(project.session.phase.value, "behind");
  assert.equal(server.closed, 0);
});

test("a stream that the server refuses does not come back", async () => {
  const { server, project } = await loadedProject();
  server.listener?.open();
  server.listener?.refused(new ApiError("bob is deactivated", { code: ERROR_CODES.unauthenticated }));
  assert.equal(project.session.phase.value, "refused");
  assert.equal(server.closed, 1);
  assert.deepEqual(server.asked, []);
});

test("a thread is fetched when it is first asked for, and once", async () => {
  const { server, project } = await loadedProject();
  const opened = project.thread(1);
  assert.equal(project.thread(1), opened);
  await server.answer("ticket.get", ticket(1, { body: "whole" }));
  await server.answer("message.list", thread([message(1)], 3));
  assert.equal(project.data.opening(1)?.body, "whole");
  assert.deepEqual(
    opened.messages.value.map(({ message_id }) => message_id),
    [1],
  );
  assert.deepEqual(server.asked, []);
});

test("a ticket that is not in the list is fetched with its thread", async () => {
  const { server, project } = await loadedProject();
  project.thread(9);
  await server.answer("ticket.get", ticket(9));
  await server.answer("message.list", thread([], 3));
  assert.equal(project.data.ticket(9)?.ticket_id, 9);
});

test("a thread that cannot be fetched says why", async () => {
  const { server, project } = await loadedProject();
  const opened = project.thread(1);
  await server.fail("message.list", new ApiError("there is no ticket 1"));
  assert.equal(opened.problem.value?.message, "there is no ticket 1");
  assert.equal(opened.isLoaded.value, false);
});

test("older messages are asked for where the thread begins, and once", async () => {
  const { server, project } = await loadedProject();
  const opened = project.thread(1);
  await server.answer("ticket.get", ticket(1));
  await server.answer("message.list", thread([message(3)], 3, "before 3"));
  const loading = project.loadOlder(1);
  assert.deepEqual(server.asked.at(-1)?.params, { ticket_id: 1, cursor: "before 3", limit: 50 });
  await server.answer("message.list", thread([message(1), message(2)], 3));
  await loading;
  assert.deepEqual(
    opened.messages.value.map(({ message_id }) => message_id),
    [1, 2, 3],
  );
  await project.loadOlder(1);
  assert.deepEqual(server.asked, []);
});

test("a thread that is fetched again has as many messages as were shown", async () => {
  const { server, project } = await loadedProject();
  project.thread(1);
  await server.answer("ticket.get", ticket(1));
  const messages = Array.from({ length: 70 }, (_, index) => message(index + 1));
  await server.answer("message.list", thread(messages, 3));
  server.listener?.event(event(4, "ticket.split", { ticket: ticket(1) }));
  assert.deepEqual(server.asked.at(-1)?.params, { ticket_id: 1, limit: 70 });
});

test("an event that changes a thread fetches it again, and is passed on", async () => {
  const { server, project, events } = await loadedProject();
  project.thread(1);
  await server.answer("ticket.get", ticket(1));
  await server.answer("message.list", thread([], 3));
  server.listener?.event(event(4, "ticket.merged", { ticket: ticket(1) }));
  await server.answer("message.list", thread([message(5)], 4));
  assert.equal(project.thread(1).messages.value.length, 1);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["ticket.merged"],
  );
});

test("a reset fetches a new snapshot", async () => {
  const { server, project } = await loadedProject();
  server.listener?.reset();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(2)], 1));
  assert.deepEqual(server.opened, [3, 1]);
  assert.equal(project.data.ticket(1), null);
});

test("after a reset the thread that is shown is fetched again, and another one when it is shown", async () => {
  const openTicket = signal<number | null>(null);
  const { server, project } = await loadedProject(openTicket);
  for (const id of [1, 2, 3]) {
    project.thread(id);
    await server.answer("ticket.get", ticket(id));
    await server.answer("message.list", thread([message(id * 10, { ticket_id: id })], 3));
  }
  openTicket.value = 2;
  server.listener?.reset();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 9));
  const asked = () => server.asked.map(({ method, params }) => [method, (params as { ticket_id: number }).ticket_id]);
  assert.deepEqual(asked(), [
    ["ticket.get", 2],
    ["message.list", 2],
  ]);
  await server.answer("ticket.get", ticket(2));
  await server.answer("message.list", thread([message(20, { ticket_id: 2 }), message(21, { ticket_id: 2 })], 9));
  const idsOf = (id: number) => project.thread(id).messages.value.map(({ message_id }) => message_id);
  assert.deepEqual(idsOf(2), [20, 21]);
  assert.deepEqual(idsOf(1), []);
  assert.deepEqual(asked(), [
    ["ticket.get", 1],
    ["message.list", 1],
  ]);
  await server.answer("ticket.get", ticket(1));
  await server.answer("message.list", thread([message(10), message(11)], 9));
  assert.deepEqual(idsOf(1), [10, 11]);
});

test("a note is sent as a note, and a reply as a reply", async () => {
  const { server, project } = await loadedProject();
  project.thread(1);
  await server.answer("ticket.get", ticket(1));
  await server.answer("message.list", thread([], 3));
  void project.send(1, "note", { body: "between us", attachments: [7] }, "token");
  assert.deepEqual(server.asked.at(-1)?.params, {
    ticket_id: 1,
    body: "between us",
    attachments: [7],
    client_token: "token",
  });
  await server.answer("message.note", message(1, { kind: "note" }));
  void project.send(1, "reply", { body: "hello", attachments: [] }, "another");
  await server.answer("message.reply", message(2));
  await settle();
  assert.deepEqual(
    project.thread(1).messages.value.map(({ kind }) => kind),
    ["note", "reply"],
  );
});

test("a message to a merged ticket is shown in the thread where the server has put it", async () => {
  const { server, project } = await loadedProject();
  project.thread(1);
  await server.answer("message.list", { messages: [], seq: 3 });
  project.thread(2);
  await server.answer("message.list", { messages: [], seq: 3 });
  void project.send(2, "reply", { body: "hello", attachments: [] }, "token");
  await server.answer("message.reply", message(1, { ticket_id: 1 }));
  await settle();
  assert.deepEqual(
    [1, 2].map((id) => project.thread(id).messages.value.length),
    [1, 0],
  );
});

test("a ticket that was filed is in the list at once, and its event replaces it", async () => {
  const { server, project } = await loadedProject();
  const filed = project.file({ title: "T", body: "B", priority: "high", attachments: [] }, "token");
  await server.answer("ticket.create", ticket(2, { title: "T" }));
  assert.equal((await filed).ticket_id, 2);
  assert.equal(project.data.list.tickets.value.length, 2);
  server.listener?.event(event(4, "ticket.created", { ticket: ticket(2, { title: "T, by event" }) }));
  assert.equal(project.data.ticket(2)?.title, "T, by event");
});

test("older tickets are asked for where the list ends", async () => {
  const { server, project } = newProject();
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(2)], 3, "after 2"));
  void project.pages.loadMore();
  void project.pages.loadMore();
  const params = { view: "inbox", cursor: "after 2", limit: 50, unread: true };
  assert.deepEqual(
    server.asked.map((asked) => asked.params),
    [params],
  );
  await server.answer("ticket.list", page([ticket(1)], 3));
  assert.equal(project.data.list.tickets.value.length, 2);
  assert.equal(project.data.list.cursor.value, null);
});

test("why an older page did not come is known until it is asked for again", async () => {
  const { server, project } = newProject();
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(2)], 3, "after 2"));
  void project.pages.loadMore();
  await server.fail("ticket.list", new ApiError("no answer"));
  assert.equal(project.pages.problem.value?.message, "no answer");
  void project.pages.loadMore();
  await server.answer("ticket.list", page([ticket(1)], 3));
  assert.equal(project.pages.problem.value, null);
});

test("an agent's inbox has what is neither solved nor closed, a customer's has all", async () => {
  for (const [role, expected] of [
    ["agent", [3, 1]],
    ["customer", [3, 2, 1]],
  ] as const) {
    const { server, project } = newProject();
    void project.load();
    await server.answer("user.me", user("bob", { role }));
    assert.deepEqual(server.asked.at(-1)?.params, { view: "inbox", limit: 50, unread: true });
    await server.answer("ticket.list", page([ticket(1)], 3));
    server.listener?.event(event(4, "ticket.updated", { ticket: ticket(2, { status: "solved" }) }));
    server.listener?.event(event(5, "ticket.created", { ticket: ticket(3) }));
    assert.deepEqual(
      project.data.list.tickets.value.map(({ ticket_id: id }) => id),
      expected,
    );
  }
});

test("the list is asked for again in another order", async () => {
  const server = new FakeServer();
  const order = signal<ListOrder>("activity");
  const { call, release, openStream } = server;
  const options = { id: "p", name: "P", call, release, openStream, signIn: null, order };
  const project = new Project({ ...options, onEvent: () => {} });
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 3));
  order.value = "oldest";
  void project.relist();
  assert.deepEqual(server.asked.at(-1)?.params, { view: "inbox", order: "id", limit: 50, unread: true });
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 3));
  assert.deepEqual([project.data.list.at(0)?.id, project.data.list.at(1)?.id], [1, 2]);
});

test("a customer of a browser in which an agent has chosen an order of the team has the first order", async () => {
  const server = new FakeServer();
  const { call, release, openStream } = server;
  const order = signal<ListOrder>("due");
  const project = new Project({ id: "p", name: "P", call, release, openStream, signIn: null, order, onEvent() {} });
  void project.load();
  await server.answer("user.me", user("carol", { role: "customer" }));
  await server.fail("ticket.list", new ApiError("when answers are due is the team's", { code: ERROR_CODES.forbidden }));
  assert.deepEqual(server.asked.at(-1)?.params, { view: "inbox", limit: 50, unread: true });
  const due = { first_response_due: 1, updated_at: 1 };
  await server.answer("ticket.list", page([ticket(2, { updated_at: 9 }), ticket(1, due)], 3, "behind 1"));
  assert.deepEqual(
    project.data.list.tickets.value.map(({ ticket_id: id }) => id),
    [2, 1],
  );
  void project.pages.loadMore();
  assert.deepEqual(server.asked.at(-1)?.params, { view: "inbox", cursor: "behind 1", limit: 50, unread: true });
});

test("an order that is chosen while a snapshot is on its way is that of the list", async () => {
  const server = new FakeServer();
  const order = signal<ListOrder>("overdue");
  const { call, release, openStream } = server;
  const project = new Project({ id: "p", name: "P", call, release, openStream, signIn: null, order, onEvent() {} });
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 3));
  void project.load();
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 4, "of those that are overdue"));
  order.value = "oldest";
  void project.relist();
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 4, "of the oldest"));
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 4, "of the oldest"));
  void project.pages.loadMore();
  const wanted = { view: "inbox", order: "id", cursor: "of the oldest", limit: 50, unread: true };
  assert.deepEqual(server.asked.at(-1)?.params, wanted);
});

test("a thread that changes often is fetched once more, however often", async () => {
  const { server, project } = await loadedProject();
  project.thread(1);
  await server.answer("message.list", { messages: [], next_cursor: null, seq: 3 });
  const asksForThread = () => server.asked.filter(({ method }) => method === "message.list").length;
  for (let seq = 4; seq < 20; seq += 1) server.listener?.event(event(seq, "ticket.merged", { ticket: ticket(1) }));
  assert.equal(asksForThread(), 1);
  await server.answer("message.list", { messages: [], next_cursor: null, seq: 4 });
  await server.answer("message.list", { messages: [message(5)], next_cursor: null, seq: 19 });
  assert.equal(asksForThread(), 0);
  assert.equal(project.thread(1).messages.value.length, 1);
});

test("what a user sets is shown at once, and undone when it is refused", async () => {
  const { server, project } = await loadedProject();
  const refused = assert.rejects(project.update(1, { status: "solved", add_tags: ["vpn"] }), /it is closed/);
  assert.equal(project.data.ticket(1)?.status, "solved");
  assert.deepEqual(project.data.ticket(1)?.tags, ["vpn"]);
  assert.deepEqual(server.asked.at(-1)?.params, { ticket_id: 1, status: "solved", add_tags: ["vpn"] });
  await server.fail("ticket.update", new ApiError("it is closed"));
  await refused;
  assert.equal(project.data.ticket(1)?.status, "new");
  assert.deepEqual(project.data.ticket(1)?.tags, []);
});

test("what a user sets stays shown between the answer and its event", async () => {
  const { server, project } = await loadedProject();
  const sent = project.update(1, { assignee: "bob" });
  await server.answer("ticket.update", ticket(1, { assignee: "bob", updated_at: 9 }));
  await sent;
  assert.equal(project.data.ticket(1)?.assignee, "bob");
  const assigned = ticket(1, { assignee: "bob", priority: "high", updated_at: 9 });
  server.listener?.event(event(4, "ticket.updated", { ticket: assigned }));
  assert.equal(project.data.ticket(1)?.priority, "high");
  server.listener?.event(event(5, "ticket.updated", { ticket: ticket(1, { assignee: null, updated_at: 10 }) }));
  assert.equal(project.data.ticket(1)?.assignee, null);
});

test("what a user sets is what the server made of it, also when the event comes before the answer", async () => {
  const { server, project } = await loadedProject();
  const stored = ticket(1, { tags: ["vpn"], updated_at: 9 });
  const sent = project.update(1, { add_tags: ["VPN"] });
  assert.deepEqual(project.data.ticket(1)?.tags, ["VPN"]);
  server.listener?.event(event(4, "ticket.updated", { ticket: stored }));
  await server.answer("ticket.update", stored);
  await sent;
  assert.deepEqual(project.data.ticket(1)?.tags, ["vpn"]);
  // A tag that was there already: no event tells of it.
  const again = project.update(1, { add_tags: ["VPN"] });
  await server.answer("ticket.update", stored);
  await again;
  assert.deepEqual(project.data.ticket(1)?.tags, ["vpn"]);
});

test("what a user sets on one ticket is sent in order, and each refusal undoes its own", async () => {
  const { server, project } = await loadedProject();
  const sent = [
    project.update(1, { status: "solved" }),
    project.update(1, { priority: "high" }),
    project.update(1, { add_tags: ["vpn"] }),
  ];
  const outcomes = Promise.allSettled(sent);
  assert.equal(project.data.ticket(1)?.priority, "high");
  const asked = () => server.asked.map(({ params }) => params);
  assert.deepEqual(asked(), [{ ticket_id: 1, status: "solved" }]);
  await server.answer("ticket.update", ticket(1, { status: "solved", updated_at: 9 }));
  assert.deepEqual(asked(), [{ ticket_id: 1, priority: "high" }]);
  await server.fail("ticket.update", new ApiError("not now"));
  assert.deepEqual(asked(), [{ ticket_id: 1, add_tags: ["vpn"] }]);
  await server.answer("ticket.update", ticket(1, { status: "solved", tags: ["vpn"], updated_at: 10 }));
  assert.deepEqual(
    (await outcomes).map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  const { status, priority, tags } = project.data.ticket(1) ?? ticket(1);
  assert.deepEqual({ status, priority, tags }, { status: "solved", priority: "normal", tags: ["vpn"] });
});

test("what waits to be sent is not sent as another user's", async () => {
  const { server, project } = await loadedProject();
  const first = project.update(1, { status: "solved" });
  const second = project.update(1, { priority: "high" });
  project.forget();
  const ended = Promise.allSettled([first, second]);
  await server.answer("ticket.update", ticket(1, { status: "solved" }));
  await ended;
  assert.deepEqual(server.asked, []);
});

test("what one user was told is not another's, as when they had just filed a ticket", async () => {
  const { server, project } = await loadedProject();
  const filed = project.file({ title: "Bob's", body: "Text", priority: "normal", attachments: [] }, "token");
  const refused = assert.rejects(filed, { code: ERROR_CODES.unauthenticated });
  project.forget();
  void project.load();
  await server.answer("user.me", user("carol", { role: "customer" }));
  await server.answer("ticket.list", page([], 3));
  await server.answer("ticket.create", ticket(9));
  await refused;
  assert.deepEqual([project.data.ticket(9), project.session.me.value?.user_id], [null, "carol"]);
});

const ANOTHER_USER = new ApiError("another user", { code: ERROR_CODES["another-user"] });
const me = (project: Project) => project.session.me.value?.user_id;

test("what is refused because another user has signed in leaves the page to that user", async () => {
  const { server, project } = await loadedProject();
  const sent = project.send(1, "reply", { body: "Done.", attachments: [] }, "token");
  const refused = assert.rejects(sent, { message: "another user" });
  await server.fail("message.reply", ANOTHER_USER);
  await refused;
  assert.equal(me(project), undefined);
  assert.equal(project.data.ticket(1), null);
  await server.answer("user.me", user("dave"));
  await server.answer("ticket.list", page([ticket(2)], 4));
  assert.equal(me(project), "dave");
});

test("a snapshot that is refused because another user has signed in is asked for once more, as that user's", async () => {
  const { server, project } = await loadedProject();
  void project.load();
  await server.fail("ticket.list", ANOTHER_USER);
  assert.equal(me(project), undefined);
  server.asked.splice(0, 1);
  await server.answer("user.me", user("dave"));
  await server.answer("ticket.list", page([ticket(2)], 4));
  assert.equal(me(project), "dave");
});

test("a user in whose place a snapshot brings another one is said to have left", async () => {
  const server = new FakeServer();
  const { call, release, openStream, signIn } = server;
  const left: string[] = [];
  const onLeave = (...who: string[]) => void left.push(who.join(" "));
  const project = new Project({ id: "p", name: "P", call, release, openStream, signIn, onEvent() {}, onLeave });
  for (const id of ["bob", "bob", "dave"]) {
    void project.load();
    await server.answer("user.me", user(id));
    await server.answer("ticket.list", page([ticket(1)], 3));
  }
  assert.deepEqual([me(project), left], ["dave", ["bob ended"]]);
});

test("what a project is called is asked for after a gap", async () => {
  const { server, project } = await loadedProject();
  project.title.value = "Old name";
  server.listener?.reset();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 9));
  await server.answer("project.info", { name: "New name" });
  assert.equal(project.title.value, "New name");
});

test("what one user has not read is forgotten where a snapshot brings another one", async () => {
  const { server, project } = await loadedProject();
  project.unread.arrive(7, 2);
  void project.load();
  await server.answer("user.me", user("dave"));
  const list = page([ticket(2)], 4);
  await server.answer("ticket.list", { ...list, tickets: list.tickets.map((row) => ({ ...row, unread: 1 })) });
  assert.deepEqual([me(project), project.unread.has(7), project.unread.count.value], ["dave", false, 0]);
});

const UNKNOWN_VIEW = new ApiError("the params do not fit ticket.list", { code: ERROR_CODES["invalid-params"] });

test("of an older server, which has no inbox, the list has all tickets, and it is not asked in vain again", async () => {
  const { server, project } = newProject();
  const hasView = () => "view" in ((server.asked[0]?.params ?? {}) as object);
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.fail("ticket.list", UNKNOWN_VIEW);
  assert.equal(hasView(), false);
  await server.answer("ticket.list", page([ticket(1, { status: "solved" })], 3));
  assert.deepEqual([project.inbox.isWhole.value, project.session.phase.value, server.opened], [true, "behind", [3]]);
  server.listener?.event(event(4, "ticket.updated", { ticket: ticket(2, { status: "solved" }) }));
  assert.deepEqual(
    project.data.list.tickets.value.map(({ ticket_id: id }) => id),
    [2, 1],
  );
  void project.relist();
  assert.equal(hasView(), false);
  // An upgraded one has it.
  server.asked.length = 0;
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 5));
  assert.equal(project.inbox.isWhole.value, false);
});

test("a user who hears that they are deactivated is let out at once, as one who is no user any more", async () => {
  const server = new FakeServer();
  const { call, release, openStream, signIn } = server;
  const left: string[] = [];
  const onLeave = (...who: string[]) => void left.push(who.join(" "));
  const project = new Project({ id: "p", name: "P", call, release, openStream, signIn, onEvent() {}, onLeave });
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 3));
  server.listener?.event(event(4, "user.deactivated", { record: user("carol", { active: false }) }));
  assert.equal(me(project), "bob");
  server.listener?.event(event(5, "user.deactivated", { record: user("bob", { active: false }) }));
  assert.deepEqual(
    [me(project), left, project.session.problem.value?.reason],
    [undefined, ["bob deactivated"], "deactivated"],
  );
});
