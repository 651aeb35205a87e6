import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { FakeServer, opened, ticket } from "../fixtures.ts";

test("to follow shows at once, and is undone when it is refused", async () => {
  const server = new FakeServer();
  const project = await opened(server, [ticket(1, { followers: ["alice"] })]);
  const refused = assert.rejects(project.changes.follow(1, true));
  assert.deepEqual(project.data.ticket(1)?.followers, ["alice", "bob"]);
  await server.fail("ticket.follow", new ApiError("no"));
  await refused;
  assert.deepEqual(project.data.ticket(1)?.followers, ["alice"]);
});

test("a collaborator is gone at once, and back when that is refused", async () => {
  const server = new FakeServer();
  const project = await opened(server, [ticket(1, { collaborators: ["dave", "erin"] })]);
  const refused = assert.rejects(project.changes.uninvite(1, "dave"));
  assert.deepEqual(project.data.ticket(1)?.collaborators, ["erin"]);
  await server.fail("ticket.uninvite", new ApiError("no"));
  await refused;
  assert.deepEqual(project.data.ticket(1)?.collaborators, ["dave", "erin"]);
});

test("changes of different kinds of one ticket go in the order in which they were made", async () => {
  const server = new FakeServer();
  const project = await opened(server, [ticket(1)]);
  const both = [project.changes.follow(1, true), project.changes.invite(1, "erin@example.org")];
  assert.deepEqual(
    server.asked.map(({ method }) => method),
    ["ticket.follow"],
  );
  await server.answer("ticket.follow", ticket(1, { followers: ["bob"] }));
  await server.answer("ticket.invite_address", ticket(1, { collaborators: ["erin"] }));
  await Promise.all(both);
});
