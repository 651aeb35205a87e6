import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { event, FakeServer, opened, settle, ticket, user } from "../fixtures.ts";
import { MOST_RECENT } from "../tickets/recent_entries.ts";
import { participantsOf } from "./participants.ts";

const carol = user("carol", { name: "Carol", role: "customer" });
const erin = user("erin", { name: "Erin", role: "customer" });

function told(collaborators = [] as (typeof carol)[]) {
  return { customer: carol, customer_since: null, collaborators, followers: [], invited: [] as string[] };
}

test("who takes part is asked for when a ticket is read, and when others take part", async () => {
  const server = new FakeServer();
  const project = await opened(server, [ticket(1)]);
  const participants = participantsOf(project);
  const end = participants.follow(1);
  await server.answer("ticket.people", told());
  assert.equal(participants.find(1, "erin"), null);
  server.listener?.event(event(8, "ticket.updated", { ticket: ticket(1, { title: "Another title" }) }));
  assert.equal(server.asked.length, 0);
  server.listener?.event(event(9, "ticket.updated", { ticket: ticket(1, { collaborators: ["erin"] }) }));
  await server.answer("ticket.people", told([erin]));
  assert.equal(participants.find(1, "erin")?.name, "Erin");
  end();
  server.listener?.event(event(10, "ticket.updated", { ticket: ticket(1) }));
  await settle();
  assert.equal(server.asked.length, 0);
});

test("what changes while it is asked for is asked after it", async () => {
  const server = new FakeServer();
  const project = await opened(server, [ticket(1)]);
  participantsOf(project).follow(1);
  server.listener?.event(event(9, "ticket.updated", { ticket: ticket(1, { collaborators: ["erin"] }) }));
  assert.equal(server.asked.length, 1);
  await server.answer("ticket.people", told());
  await server.answer("ticket.people", told([erin]));
  assert.equal(participantsOf(project).find(1, "erin")?.name, "Erin");
});

test("a question without an answer is asked again by the next reader", async () => {
  const server = new FakeServer();
  const project = await opened(server, [ticket(1)]);
  participantsOf(project).follow(1)();
  await server.fail("ticket.people", new ApiError("down"));
  participantsOf(project).follow(1);
  await server.answer("ticket.people", told());
  assert.equal(participantsOf(project).find(1, "carol")?.name, "Carol");
});

test("who takes part may have other names after a gap, and what failed is asked for as the server is back", async () => {
  const server = new FakeServer();
  const project = await opened(server, [ticket(1), ticket(2)]);
  const participants = participantsOf(project);
  participants.follow(1);
  await server.answer("ticket.people", told());
  participants.follow(2);
  await server.fail("ticket.people", new ApiError("down"));
  project.session.phase.value = "behind";
  server.listener?.open();
  assert.deepEqual(
    server.asked.map(({ params }) => params),
    [{ ticket_id: 2 }],
  );
  await server.answer("ticket.people", told());
  project.snapshots.value += 1;
  await server.answer("ticket.people", { ...told(), customer: user("carol", { name: "Caroline" }) });
  assert.equal(participants.find(1, "carol")?.name, "Caroline");
});

test("who was invited while a question was on its way is asked for after it", async () => {
  const server = new FakeServer();
  const participants = participantsOf(await opened(server, [ticket(1)]));
  participants.follow(1);
  participants.refresh(1);
  await server.answer("ticket.people", told());
  await server.answer("ticket.people", { ...told(), invited: ["erin@example.org"] });
  assert.deepEqual(participants.of(1).value?.invited, ["erin@example.org"]);
  assert.deepEqual(server.asked, []);
});

test("who takes part in tickets of long ago is forgotten", async () => {
  const participants = participantsOf(await opened(new FakeServer(), []));
  const first = participants.of(1);
  for (let id = 2; id <= MOST_RECENT; id += 1) participants.of(id);
  assert.equal(participants.of(1), first);
  for (let id = 2; id <= MOST_RECENT + 1; id += 1) participants.of(id);
  assert.notEqual(participants.of(1), first);
});
