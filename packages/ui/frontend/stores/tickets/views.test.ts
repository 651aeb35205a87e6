import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { event, FakeServer, page, settle, ticket, user } from "../fixtures.ts";
import { Project } from "../project.ts";
import { savedName } from "../route.ts";
import { Views, viewsOf } from "./views.ts";

const COUNTS = { views: [{ name: "mine", count: 2 }], saved: [], next_cursor: null, seq: 3 };
const VPN = { noun: "view", view_id: 7, name: "VPN", filter: "tag:vpn", owner: "bob", shared: false } as const;

async function loaded() {
  const server = new FakeServer();
  const { call, release, openStream } = server;
  const project = new Project({ id: "p", name: "P", call, release, openStream, signIn: null, onEvent: () => {} });
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 3));
  return { server, project };
}

function ids(views: Views): number[] {
  return views.list.tickets.value.map(({ ticket_id: id }) => id);
}

test("the counts are fetched once, and again after what happens", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { server, project } = await loaded();
    const views = new Views(project);
    await server.answer("view.list", COUNTS);
    assert.equal(views.counts.value.get("mine"), 2);
    server.listener?.event(event(4, "ticket.updated", { ticket: ticket(1) }));
    server.listener?.event(event(5, "ticket.updated", { ticket: ticket(1) }));
    assert.equal(server.asked.length, 0);
    mock.timers.tick(500);
    await settle();
    assert.deepEqual(
      server.asked.map(({ method }) => method),
      ["view.list"],
    );
    await server.answer("view.list", { ...COUNTS, views: [{ name: "mine", count: 3 }] });
    assert.equal(views.counts.value.get("mine"), 3);
    views.close();
  } finally {
    mock.timers.reset();
  }
});

test("a view has the tickets that the server says, with what is known of each", async () => {
  const { server, project } = await loaded();
  const views = new Views(project);
  await server.answer("view.list", COUNTS);
  views.show("mine");
  assert.deepEqual(server.asked.at(-1)?.params, { view: "mine", limit: 50 });
  assert.equal(views.isLoaded.value, false);
  await server.answer("ticket.list", page([ticket(2)], 3));
  assert.deepEqual(ids(views), [2]);
  server.listener?.event(event(4, "ticket.updated", { ticket: ticket(2, { title: "Renamed" }) }));
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
  assert.deepEqual(server.asked.at(-1)?.params, { filter: "tag:vpn", limit: 50 });
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
