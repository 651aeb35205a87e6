import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { signal } from "@preact/signals-core";
import { ApiError } from "../../api/errors.ts";
import { event, FakeServer, page, settle, ticket, user } from "../fixtures.ts";
import { Project } from "../project.ts";
import { savedName } from "../route.ts";
import { Views, viewsOf } from "./views.ts";

const COUNTS = { views: [{ name: "mine", count: 2 }], saved: [], next_cursor: null, seq: 3 };
const VPN = { noun: "view", view_id: 7, name: "VPN", filter: "tag:vpn", owner: "bob", shared: false } as const;
const SAVED = { ...COUNTS, saved: [{ view: VPN, count: 1, or_more: false }] };

async function loaded(isVisible = signal(true)) {
  const server = new FakeServer();
  const { call, release, openStream } = server;
  const options = { id: "p", name: "P", call, release, openStream, signIn: null, isVisible };
  const project = new Project({ ...options, onEvent: () => {} });
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 3));
  return { server, project };
}

function ids(views: Views): number[] {
  return views.list.tickets.value.map(({ ticket_id: id }) => id);
}

function asked(server: FakeServer): string[] {
  return server.asked.map(({ method }) => method);
}

/** Let the pauses between two questions of a list pass. */
async function pause(ms = 500): Promise<void> {
  mock.timers.tick(ms);
  await settle();
}

async function withTimers(run: () => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    await run();
  } finally {
    mock.timers.reset();
  }
}

test("the counts are fetched once, and told by the server after what happens", () =>
  withTimers(async () => {
    const { server, project } = await loaded();
    const views = new Views(project);
    await server.answer("view.list", COUNTS);
    assert.equal(views.counts.value.get("mine"), 2);
    server.listener?.counts({ mine: 3 });
    assert.equal(views.counts.value.get("mine"), 3);
    server.listener?.event(event(4, "ticket.updated", { ticket: ticket(1) }));
    await pause(60_000);
    assert.deepEqual(server.asked, []);
    project.forget();
    assert.equal(project.viewCounts.value, null);
    views.close();
  }));

test("the counts of saved views are asked for at most every few seconds, a view that is saved is there at once", () =>
  withTimers(async () => {
    const { server, project } = await loaded();
    const views = new Views(project);
    server.listener?.counts({ mine: 2 });
    const saved = { ...COUNTS, saved: [{ view: VPN, count: 1, or_more: false }] };
    await server.answer("view.list", saved);
    for (const seq of [4, 5, 6]) server.listener?.event(event(seq, "ticket.updated", { ticket: ticket(1) }));
    await pause(4_000);
    assert.deepEqual(asked(server), []);
    await pause(1_000);
    assert.deepEqual(asked(server), ["view.list"]);
    await server.answer("view.list", saved);
    server.listener?.event(event(7, "view.saved", { record: VPN }));
    await settle();
    assert.deepEqual(asked(server), ["view.list"]);
    views.close();
  }));

test("nothing is asked while the page is hidden, and once when it is shown again", () =>
  withTimers(async () => {
    const isVisible = signal(true);
    const { server, project } = await loaded(isVisible);
    const views = new Views(project);
    await server.answer("view.list", SAVED);
    views.show(savedName("p", 7));
    await server.answer("ticket.list", page([ticket(2)], 3));
    isVisible.value = false;
    for (const seq of [4, 5, 6]) {
      server.listener?.event(event(seq, "ticket.updated", { ticket: ticket(1) }));
      await pause(10_000);
    }
    assert.deepEqual(server.asked, []);
    isVisible.value = true;
    await pause(10_000);
    assert.deepEqual(asked(server).toSorted(), ["ticket.list", "view.list"]);
    await server.answer("ticket.list", page([ticket(1), ticket(2)], 6));
    assert.deepEqual(ids(views), [2, 1]);
    isVisible.value = false;
    isVisible.value = true;
    await server.answer("view.list", SAVED);
    await pause(10_000);
    assert.deepEqual(server.asked, []);
    views.close();
  }));

/** Tickets of falling activity, from one number down to another. */
function tickets(from: number, to: number) {
  return Array.from({ length: from - to + 1 }, (_, index) => ticket(from - index));
}

/** A saved view of 300 tickets, all of them looked up. */
async function longView() {
  const { server, project } = await loaded();
  const views = new Views(project);
  await server.answer("view.list", SAVED);
  views.show(savedName("p", 7));
  await server.answer("ticket.list", page(tickets(300, 251), 3, "after 251"));
  const more = views.loadMore();
  await server.answer("ticket.list", page(tickets(250, 1), 3, "after 1"));
  await more;
  assert.equal(ids(views).length, 300);
  return { server, project, views };
}

function latest(limit: number) {
  return { filter: "tag:vpn", limit, unread: true };
}

test("an event leaves a longer list to its reader, without what left the view", () =>
  withTimers(async () => {
    const { server, views } = await longView();
    server.listener?.event(event(4, "ticket.updated", { ticket: ticket(7, { updated_at: 400 }) }));
    server.listener?.event(event(5, "ticket.updated", { ticket: ticket(9, { updated_at: 401, assignee: "al" }) }));
    await pause();
    assert.deepEqual(server.asked.at(-1)?.params, latest(50));
    const first = page([ticket(7, { updated_at: 400 }), ...tickets(300, 252)], 5, "after 252");
    await server.answer("ticket.list", first);
    assert.equal(ids(views).length, 299);
    assert.deepEqual(ids(views).slice(0, 2), [7, 300]);
    assert.ok(!ids(views).includes(9));
    assert.equal(ids(views).at(-1), 1);
    assert.equal(views.list.cursor.value, "after 1");
    views.close();
  }));

test("a ticket that comes into a saved view is listed where it belongs", () =>
  withTimers(async () => {
    const { server, views } = await longView();
    server.listener?.event(event(4, "ticket.updated", { ticket: ticket(400) }));
    await pause();
    await server.answer("ticket.list", page([ticket(400), ...tickets(300, 252)], 4, "after 252"));
    assert.deepEqual([ids(views).length, ids(views)[0]], [301, 400]);
    views.close();
  }));

test("a change that moves no ticket is looked for in as many as the server gives at once", () =>
  withTimers(async () => {
    const { server, views } = await longView();
    server.listener?.event(event(4, "ticket.updated", { ticket: ticket(120, { followers: ["al"] }) }));
    await pause();
    assert.deepEqual(server.asked.at(-1)?.params, latest(50));
    await server.answer("ticket.list", page(tickets(300, 251), 4, "after 251"));
    assert.deepEqual(server.asked.at(-1)?.params, latest(200));
    await server.answer("ticket.list", page([...tickets(300, 121), ...tickets(119, 100)], 4, "after 100"));
    assert.equal(ids(views).length, 299);
    assert.ok(!ids(views).includes(120));
    await pause();
    assert.deepEqual(server.asked, []);
    views.close();
  }));

test("a saved view that has become short is what the server says", () =>
  withTimers(async () => {
    const { server, views } = await longView();
    for (const id of [1, 3]) {
      server.listener?.event(event(3 + id, "ticket.updated", { ticket: ticket(id, { updated_at: 400 + id }) }));
    }
    await pause();
    await server.answer("ticket.list", page([ticket(3, { updated_at: 403 })], 7));
    assert.deepEqual([ids(views)[0], ids(views).includes(1), ids(views).length], [3, false, 299]);
    views.close();
  }));

test("a view that every agent has follows the events, and asks for nothing", () =>
  withTimers(async () => {
    const { server, project } = await loaded();
    const views = new Views(project);
    await server.answer("view.list", COUNTS);
    views.show("mine");
    await server.answer("ticket.list", page([ticket(2, { assignee: "bob" })], 3));
    server.listener?.counts({ mine: 1 });
    server.listener?.event(event(4, "ticket.updated", { ticket: ticket(1, { assignee: "bob", updated_at: 9 }) }));
    assert.deepEqual(ids(views), [1, 2]);
    server.listener?.event(event(5, "ticket.updated", { ticket: ticket(2, { assignee: "al" }) }));
    assert.deepEqual(ids(views), [1]);
    await pause(60_000);
    assert.deepEqual(server.asked, []);
    views.close();
  }));

test("after a new snapshot the view is asked for again", async () => {
  const { server, project } = await loaded();
  const views = new Views(project);
  await server.answer("view.list", COUNTS);
  views.show("closed");
  await server.answer("ticket.list", page([ticket(2, { status: "closed" })], 3));
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([], 9));
  assert.deepEqual(server.asked.at(-1)?.params, { view: "closed", limit: 50, unread: true });
  await server.answer("ticket.list", page([ticket(1, { status: "closed" })], 9));
  assert.deepEqual(ids(views), [1]);
  views.close();
});

test("saved views stand in the order that the user has given them, in every tab", async () => {
  const { server, project } = await loaded();
  const views = new Views(project);
  const other = { view: { ...VPN, view_id: 8 }, count: 0, or_more: false };
  await server.answer("view.list", { ...SAVED, saved: [...SAVED.saved, other] });
  server.listener?.event(event(4, "view.ordered", { record: { noun: "view_order", view_ids: [8, 7] } }));
  assert.deepEqual(
    views.saved.value.map(({ view }) => view.view_id),
    [8, 7],
  );
  views.close();
});

test("a view has the tickets that the server says, with what is known of each", async () => {
  const { server, project } = await loaded();
  const views = new Views(project);
  await server.answer("view.list", COUNTS);
  views.show("mine");
  assert.deepEqual(server.asked.at(-1)?.params, { view: "mine", limit: 50, unread: true });
  assert.equal(views.isLoaded.value, false);
  await server.answer("ticket.list", page([ticket(2, { assignee: "bob" })], 3));
  assert.deepEqual(ids(views), [2]);
  server.listener?.event(event(4, "ticket.updated", { ticket: ticket(2, { title: "Renamed", assignee: "bob" }) }));
  assert.equal(views.list.tickets.value[0]?.title, "Renamed");
  assert.equal(project.data.list.tickets.value.length, 2);
  views.close();
});

test("the answer for a view that is not listed any more is not taken", async () => {
  const { server, project } = await loaded();
  const views = new Views(project);
  await server.answer("view.list", COUNTS);
  views.show("mine");
  views.show("inbox");
  await server.answer("ticket.list", page([ticket(2)], 3));
  assert.deepEqual(ids(views), []);
  views.close();
});

test("a saved view is asked for by its filter", async () => {
  const { server, project } = await loaded();
  const views = new Views(project);
  await server.answer("view.list", { ...COUNTS, saved: [{ view: VPN, count: 1, or_more: false }] });
  views.show(savedName("p", 7));
  assert.deepEqual(server.asked.at(-1)?.params, { filter: "tag:vpn", limit: 50, unread: true });
  views.close();
});

test("a saved view that an address names is fetched once it is known, and is empty where it is gone", async () => {
  for (const [id, asked] of [
    [7, "ticket.list"],
    [8, undefined],
  ]) {
    const { server, project } = await loaded();
    const views = new Views(project);
    views.show(savedName("p", Number(id)));
    await settle();
    assert.equal(views.isLoaded.value, false);
    await server.answer("view.list", { ...COUNTS, saved: [{ view: VPN, count: 1, or_more: false }] });
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(server.asked.at(-1)?.method, asked);
    assert.equal(views.isLoaded.value, asked === undefined);
    views.close();
  }
});

test("a view that cannot be fetched says why", async () => {
  const { server, project } = await loaded();
  const views = new Views(project);
  views.show("mine");
  await server.fail("ticket.list", new ApiError("no answer"));
  assert.equal(views.problem.value?.message, "no answer");
  views.close();
});

test("another user has views of their own", async () => {
  const { server, project } = await loaded();
  const bobs = viewsOf(project);
  assert.equal(viewsOf(project), bobs);
  project.forget();
  void project.load();
  await server.answer("user.me", user("alice"));
  await server.answer("ticket.list", page([], 3));
  assert.notEqual(viewsOf(project), bobs);
  viewsOf(project).close();
});
