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

/** The ids of the team that pickers show. */
function shown(colleagues: ReturnType<typeof colleaguesOf>): string[] {
  return colleagues.team.value.map(({ user_id: id }) => id);
}

test("the team is asked for once, by however many pickers and names", async () => {
  const { server, colleagues } = await made();
  colleagues.loadTeam();
  colleagues.loadTeam();
  colleagues.nameOf("dave");
  await server.answer("user.mentionable", { users: [user("alice"), user("dave", { name: "Dave" })] });
  colleagues.loadTeam();
  assert.deepEqual(server.asked, []);
  assert.deepEqual([shown(colleagues), colleagues.nameOf("dave")], [["alice", "dave"], "Dave"]);
});

test("the team follows who joins, leaves and is renamed", async () => {
  const { server, colleagues } = await made();
  const changed = (id: string, fields = {}) =>
    server.listener?.event(event(9, "user.updated", { record: user(id, fields) }));
  colleagues.loadTeam();
  changed("erin");
  await server.answer("user.mentionable", { users: [user("alice"), user("dave")] });
  assert.deepEqual(shown(colleagues), ["alice", "dave", "erin"]);
  changed("bob", { role: "admin" });
  changed("carol", { role: "customer" });
  changed("dave", { active: false });
  changed("erin", { role: "customer" });
  changed("alice", { name: "Alicia" });
  assert.deepEqual(
    colleagues.team.value.map(({ user_id: id, name }) => [id, name]),
    [
      ["alice", "Alicia"],
      ["bob", "bob"],
    ],
  );
  assert.deepEqual(server.asked, []);
});

test("after a gap the team is asked for again, and the answer from before it counts no longer", async () => {
  const { server, project, colleagues } = await made();
  colleagues.loadTeam();
  project.snapshots.value += 1;
  await server.answer("user.mentionable", { users: [user("former")] });
  assert.deepEqual(shown(colleagues), []);
  await server.answer("user.mentionable", { users: [user("alice")] });
  assert.deepEqual(shown(colleagues), ["alice"]);
  assert.deepEqual(server.asked, []);
});

test("a team without an answer is asked for by the next picker", async () => {
  const { server, colleagues } = await made();
  colleagues.loadTeam();
  await server.fail("user.mentionable", new ApiError("down"));
  colleagues.loadTeam();
  await server.answer("user.mentionable", { users: [user("alice")] });
  assert.deepEqual(shown(colleagues), ["alice"]);
});
