import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { event, FakeServer, opened, user } from "../fixtures.ts";
import { colleaguesOf } from "./colleagues.ts";
import { type Team, teamOf } from "./team.ts";

async function made() {
  const server = new FakeServer();
  const project = await opened(server);
  return { server, project, colleagues: colleaguesOf(project), team: teamOf(project) };
}

/** The ids of the team that pickers show. */
function shown(team: Team): string[] {
  return team.users.value.map(({ user_id: id }) => id);
}

test("the team is asked for once, by however many pickers and names", async () => {
  const { server, team, colleagues } = await made();
  team.ensure();
  team.ensure();
  colleagues.nameOf("dave");
  await server.answer("user.mentionable", { users: [user("alice"), user("dave", { name: "Dave" })] });
  team.ensure();
  assert.deepEqual(server.asked, []);
  assert.deepEqual([shown(team), colleagues.nameOf("dave")], [["alice", "dave"], "Dave"]);
});

test("the team follows who joins, leaves and is renamed", async () => {
  const { server, team } = await made();
  const changed = (id: string, fields = {}) =>
    server.listener?.event(event(9, "user.updated", { record: user(id, fields) }));
  team.ensure();
  changed("erin");
  await server.answer("user.mentionable", { users: [user("alice"), user("dave")] });
  assert.deepEqual(shown(team), ["alice", "dave", "erin"]);
  changed("bob", { role: "admin" });
  changed("carol", { role: "customer" });
  changed("dave", { active: false });
  changed("erin", { role: "customer" });
  changed("alice", { name: "Alicia" });
  assert.deepEqual(
    team.users.value.map(({ user_id: id, name }) => [id, name]),
    [
      ["alice", "Alicia"],
      ["bob", "bob"],
    ],
  );
  assert.deepEqual(server.asked, []);
});

test("after a gap the team is asked for again, and the answer from before it counts no longer", async () => {
  const { server, project, team } = await made();
  team.ensure();
  project.snapshots.value += 1;
  await server.answer("user.mentionable", { users: [user("former")] });
  assert.deepEqual(shown(team), []);
  await server.answer("user.mentionable", { users: [user("alice")] });
  assert.deepEqual(shown(team), ["alice"]);
  assert.deepEqual(server.asked, []);
});

test("a team without an answer is asked for by the next picker", async () => {
  const { server, team } = await made();
  team.ensure();
  await server.fail("user.mentionable", new ApiError("down"));
  team.ensure();
  await server.answer("user.mentionable", { users: [user("alice")] });
  assert.deepEqual(shown(team), ["alice"]);
});
