import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { event, FakeServer, opened, user } from "../fixtures.ts";
import { colleaguesOf } from "./colleagues.ts";

async function made() {
  const server = new FakeServer();
  const project = await opened(server);
  return { server, project, colleagues: colleaguesOf(project) };
}

test("a colleague who is renamed has the new name at once, and after a gap too", async () => {
  const { server, project, colleagues } = await made();
  assert.equal(colleagues.nameOf("dave"), null);
  await server.answer("user.mentionable", { users: [user("dave", { name: "Dave" })] });
  assert.equal(colleagues.nameOf("dave"), "Dave");
  server.listener?.event(event(9, "user.updated", { record: user("dave", { name: "David" }) }));
  assert.equal(colleagues.nameOf("dave"), "David");
  project.snapshots.value += 1;
  await server.answer("user.mentionable", { users: [user("dave", { name: "Davide" })] });
  assert.equal(colleagues.nameOf("dave"), "Davide");
  assert.deepEqual(server.asked, []);
});

test("a name without an answer is asked for as the server is back, once", async () => {
  const { server, project, colleagues } = await made();
  colleagues.nameOf("dave");
  await server.fail("user.mentionable", new ApiError("down"));
  project.session.phase.value = "behind";
  server.listener?.open();
  await server.answer("user.mentionable", { users: [user("dave", { name: "Dave" })] });
  assert.equal(colleagues.nameOf("dave"), "Dave");
  assert.deepEqual(server.asked, []);
});

test("one whom the server does not know among the team is gone; one who works here is not", async () => {
  const { server, colleagues } = await made();
  colleagues.nameOf("former");
  assert.equal(colleagues.isGone("former"), false);
  await server.answer("user.mentionable", { users: [user("dave", { name: "Dave" })] });
  await server.answer("user.mentionable", { users: [] });
  assert.equal(colleagues.nameOf("former"), null);
  assert.deepEqual([colleagues.isGone("former"), colleagues.isGone("dave")], [true, false]);
  assert.deepEqual(server.asked, []);
});

test("after a gap the team is asked for in one call, however many have left it", async () => {
  const { server, project, colleagues } = await made();
  for (const id of ["dave", "erin", "frank"]) colleagues.nameOf(id);
  await server.answer("user.mentionable", { users: [user("dave", { name: "Dave" })] });
  await server.answer("user.mentionable", { users: [] });
  await server.answer("user.mentionable", { users: [] });
  project.snapshots.value += 1;
  await server.answer("user.mentionable", { users: [user("dave"), user("erin", { name: "Erin" })] });
  assert.deepEqual(server.asked, []);
  assert.deepEqual([colleagues.nameOf("erin"), colleagues.isGone("frank")], ["Erin", true]);
});

test("where no answer comes, none is called gone", async () => {
  const { server, colleagues } = await made();
  colleagues.nameOf("dave");
  await server.fail("user.mentionable", new ApiError("down"));
  assert.equal(colleagues.isGone("dave"), false);
});
