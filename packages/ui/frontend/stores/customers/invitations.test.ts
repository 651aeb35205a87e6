import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeServer, opened, settle, ticket, user } from "../fixtures.ts";
import { invitationsOf } from "./invitations.ts";

const offer = { ticket_id: 7, invited_by: "Carol", invited_at: 1 };

test("a ticket that is shared with the reader is offered until they join it", async () => {
  const server = new FakeServer();
  const project = await opened(server, [], user("carol", { role: "customer" }));
  const invitations = invitationsOf(project);
  await server.answer("ticket.invitations", { invitations: [offer] });
  assert.equal(invitations.find(7)?.invited_by, "Carol");
  assert.equal(invitations.find(8), null);
  const joined = invitations.join(7);
  await server.answer("ticket.join", ticket(7));
  await joined;
  assert.deepEqual(invitations.offers.value, []);
  assert.equal(project.data.ticket(7)?.ticket_id, 7);
});

test("it is offered no more once it is declined, and agents are offered none", async () => {
  const server = new FakeServer();
  const project = await opened(server, [], user("carol", { role: "customer" }));
  const invitations = invitationsOf(project);
  await server.answer("ticket.invitations", { invitations: [offer] });
  const declined = invitations.decline(7);
  await server.answer("ticket.uninvite_address", { ticket_id: 7 });
  await declined;
  assert.equal(invitations.find(7), null);
  const other = new FakeServer();
  void invitationsOf(await opened(other, [])).refresh();
  await settle();
  assert.deepEqual(other.asked, []);
});

test("a question that was asked before it was declined does not offer it again", async () => {
  const server = new FakeServer();
  const project = await opened(server, [], user("carol", { role: "customer" }));
  const invitations = invitationsOf(project);
  await server.answer("ticket.invitations", { invitations: [offer] });
  const asked = invitations.refresh();
  const declined = invitations.decline(7);
  await server.answer("ticket.uninvite_address", { ticket_id: 7 });
  await declined;
  await server.answer("ticket.invitations", { invitations: [offer] });
  await asked;
  assert.deepEqual(invitations.offers.value, []);
});
