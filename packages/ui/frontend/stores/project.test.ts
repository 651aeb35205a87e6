import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ApiError } from "../api/errors.ts";
import type { Event } from "../api/wire.ts";
import { ERROR_CODES } from "../api/wire.ts";
import { event, FakeServer, message, page, settle, thread, ticket, user } from "./fixtures.ts";
import { Project } from "./project.ts";

function newProject(): { server: FakeServer; project: Project; events: Event[] } {
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
    onEvent: (_project, each) => events.push(each),
  });
  return { server, project, events };
}

async function loadedProject() {
  const made = newProject();
  void made.project.load();
  await made.server.answer("user.me", user("bob"));
  await made.server.answer("ticket.list", page([ticket(1)], 3));
  return made;
}

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
  void project.loadMore();
  assert.deepEqual(server.asked.at(-1)?.params, { cursor: "after 2", limit: 50 });
  await server.answer("ticket.list", page([ticket(1)], 3));
  assert.equal(project.data.list.tickets.value.length, 2);
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
  await server.answer("ticket.update", ticket(1, { status: "solved" }));
  await Promise.all([first, second]);
  assert.deepEqual(server.asked, []);
});
