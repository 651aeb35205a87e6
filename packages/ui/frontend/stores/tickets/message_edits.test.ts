import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { event, FakeServer, message, page, thread, ticket, user } from "../fixtures.ts";
import { Project } from "../project.ts";
import { editMessage, loadVersions } from "./message_edits.ts";

async function opened(): Promise<{ server: FakeServer; project: Project; bodies: () => string[] }> {
  const server = new FakeServer();
  const { call, release, openStream, signIn } = server;
  const project = new Project({ id: "p", name: "P", call, release, openStream, signIn, onEvent: () => {} });
  const loading = project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 1));
  await loading;
  const shown = project.thread(1);
  await server.answer("ticket.get", ticket(1));
  await server.answer("message.list", thread([message(1), message(2)], 1));
  return { server, project, bodies: () => shown.messages.value.map(({ body }) => body) };
}

test("an edit is shown at once, and once when its event has come", async () => {
  const { server, project, bodies } = await opened();
  const editing = editMessage(project, message(2), "better");
  assert.deepEqual(bodies(), ["Message 1", "better"]);
  await server.answer("message.edit", message(2, { body: "better", edited_at: 50 }));
  await editing;
  assert.deepEqual(bodies(), ["Message 1", "better"]);
  const later = message(2, { body: "better still", edited_at: 60 });
  server.listener?.event(event(2, "message.edited", { ticket: ticket(1), message: later }));
  assert.deepEqual(bodies(), ["Message 1", "better still"]);
});

test("an edit that is refused is taken back", async () => {
  const { server, project, bodies } = await opened();
  const refused = assert.rejects(editMessage(project, message(2), "too late"), /5 minutes/);
  await server.fail("message.edit", new ApiError("a message can be edited for 5 minutes"));
  await refused;
  assert.deepEqual(bodies(), ["Message 1", "Message 2"]);
});

test("the earlier texts come page by page", async () => {
  const { server, project } = await opened();
  const loading = loadVersions(project, message(2));
  await server.answer("message.history", { versions: [{ body: "b", until: 2 }], next_cursor: "x" });
  await server.answer("message.history", { versions: [{ body: "a", until: 1 }], next_cursor: null });
  assert.deepEqual(
    (await loading).map(({ body }) => body),
    ["b", "a"],
  );
});
