import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../api/errors.ts";
import { event, FakeServer, page, settle, ticket, user } from "../../fixtures.ts";
import { Project } from "../../project.ts";
import { Views } from "../views.ts";
import { countFound, mayEdit, moveView, saveView } from "./saved_view_edits.ts";

const VPN = { noun: "view", view_id: 7, name: "VPN", filter: "tag:vpn", owner: "bob", shared: false } as const;
const MAIL = { ...VPN, view_id: 8, name: "Mail", filter: "tag:mail" };

async function loaded(role: "agent" | "admin" = "agent") {
  const server = new FakeServer();
  const last: unknown[] = [];
  const { call, release, openStream } = server;
  const sendLast = (_method: string, params: unknown) => void last.push(params);
  const options = { id: "p", name: "P", call, release, openStream, sendLast, signIn: null, onEvent: () => {} };
  const project = new Project(options);
  void project.load();
  await server.answer("user.me", user("bob", { role }));
  await server.answer("ticket.list", page([], 3));
  return { server, project, last };
}

async function withViews() {
  const { server, project, last } = await loaded();
  const views = new Views(project);
  const saved = [VPN, MAIL].map((view) => ({ view, count: 1, or_more: false }));
  await server.answer("view.list", { views: [], saved, next_cursor: null, seq: 3 });
  return { server, project, last, views, ids: () => views.saved.value.map(({ view }) => view.view_id) };
}

test("a view that is moved is in its place at once, and the server is told the whole order", async () => {
  const { server, project, views, ids } = await withViews();
  const moved = moveView(project, views, 8, -1);
  assert.deepEqual(ids(), [8, 7]);
  assert.deepEqual(server.asked.at(-1)?.params, { view_ids: [8, 7] });
  await server.answer("view.order", { view_ids: [8, 7] });
  await moved;
  await moveView(project, views, 8, -1);
  assert.deepEqual(server.asked, []);
  views.close();
});

test("a view that the server does not move is back in its place", async () => {
  const { server, project, views, ids } = await withViews();
  const moved = moveView(project, views, 7, 1);
  const refused = assert.rejects(moved, /no answer/);
  await server.fail("view.order", new ApiError("no answer"));
  await refused;
  assert.deepEqual(ids(), [7, 8]);
  views.close();
});

test("an order goes to the server after the one before, and what the server tells of that moves nothing back", async () => {
  const { server, project, views, ids } = await withViews();
  const first = moveView(project, views, 8, -1);
  const second = moveView(project, views, 8, 1);
  await settle();
  assert.deepEqual(
    server.asked.map(({ params }) => params),
    [{ view_ids: [8, 7] }],
  );
  const record = { noun: "view_order" as const, view_ids: [8, 7] };
  server.listener?.event(event(4, "view.ordered", { record }));
  assert.deepEqual(ids(), [7, 8]);
  await server.answer("view.order", { view_ids: [8, 7] });
  await first;
  await server.answer("view.order", { view_ids: [7, 8] });
  await second;
  assert.deepEqual(ids(), [7, 8]);
  server.listener?.event(event(5, "view.ordered", { record }));
  assert.deepEqual(ids(), [8, 7]);
  views.close();
});

test("an order that waits behind another one goes out as the page is left, and the earlier one does not", async () => {
  const { server, project, last, views } = await withViews();
  const made = [moveView(project, views, 8, -1), moveView(project, views, 8, 1)];
  project.unanswered.leave();
  assert.deepEqual(last, [{ view_ids: [7, 8] }]);
  await server.answer("view.order", { view_ids: [8, 7] });
  await server.answer("view.order", { view_ids: [7, 8] });
  await Promise.all(made);
  project.unanswered.leave();
  assert.equal(last.length, 1);
  views.close();
});

test("a view is saved with its id where it has one", async () => {
  const { server, project } = await loaded();
  void saveView(project, { viewId: null, name: " VPN ", filter: "tag:vpn ", shared: false });
  void saveView(project, { viewId: 7, name: "Net", filter: "", shared: true });
  await settle();
  assert.deepEqual(
    server.asked.map(({ params }) => params),
    [
      { name: "VPN", filter: "tag:vpn", shared: false },
      { name: "Net", filter: "", shared: true, view_id: 7 },
    ],
  );
});

test("agents change their own views, admins those of the team too", async () => {
  const bob = (await loaded()).project;
  const admin = (await loaded("admin")).project;
  const shared = { ...VPN, shared: true };
  assert.deepEqual([mayEdit(VPN, bob), mayEdit(shared, bob), mayEdit(shared, admin)], [true, false, true]);
  assert.equal(mayEdit({ ...VPN, owner: "al" }, admin), false);
});

test("what a filter finds is counted up to a page", async () => {
  const { server, project } = await loaded();
  const few = countFound(project, "tag:vpn");
  await server.answer("ticket.list", page([ticket(1), ticket(2)], 3));
  assert.deepEqual(await few, { count: 2, orMore: false });
  const many = countFound(project, "");
  await server.answer("ticket.list", page([ticket(1)], 3, "on"));
  assert.deepEqual(await many, { count: 1, orMore: true });
});
