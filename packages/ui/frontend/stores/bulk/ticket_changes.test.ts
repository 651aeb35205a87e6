import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { FakeServer, ticket } from "../fixtures.ts";
import { ProjectData } from "../project_data.ts";
import { TicketChanges } from "./ticket_changes.ts";

function desk() {
  const server = new FakeServer();
  const data = new ProjectData();
  data.putTicket(ticket(1, { status: "open", updated_at: 5 }), 1);
  data.putTicket(ticket(2, { status: "waiting", updated_at: 5 }), 1);
  const project = { id: "p", call: server.call, data };
  const tickets = [1, 2].map((ticketId) => ({ project, ticketId }));
  const answer = (...ids: number[]) =>
    server.answer("ticket.bulk", {
      results: ids.map((id) => ({ ticket_id: id, ticket: ticket(id, { updated_at: 9 }), error: null })),
    });
  return { server, data, tickets, answer };
}

const SOLVE = { kind: "patch", patch: { status: "solved" } } as const;

test("a change shows at once, and is taken back ticket by ticket", async () => {
  const { server, data, tickets, answer } = desk();
  const changes = new TicketChanges();
  const made = changes.make(tickets, SOLVE, "Solve");
  assert.deepEqual([data.ticket(1)?.status, changes.isRunning.value, changes.canUndo.value], ["solved", true, false]);
  await answer(1, 2);
  await made;
  assert.equal(changes.canUndo.value, true);
  const undone = changes.undo("Undo");
  assert.deepEqual(server.asked[0]?.params, { ticket_ids: [1], status: "open" });
  await answer(1);
  assert.deepEqual(server.asked[0]?.params, { ticket_ids: [2], status: "waiting" });
  await answer(2);
  assert.equal(await undone, true);
  assert.deepEqual([changes.canUndo.value, await changes.undo("Undo")], [false, false]);
});

test("an undoing that is not answered can be sent again", async () => {
  const { server, tickets, answer } = desk();
  const changes = new TicketChanges();
  const made = changes.make(tickets.slice(0, 1), SOLVE, "Solve");
  await answer(1);
  await made;
  const undone = changes.undo("Undo");
  await server.fail("ticket.bulk", new ApiError("The support desk did not answer"));
  assert.equal(await undone, false);
  assert.equal(changes.last.value?.run.problem.value?.message, "The support desk did not answer");
  const again = changes.last.value?.run.run();
  await answer(1);
  await again;
  assert.equal(changes.last.value?.run.isComplete.value, true);
});

test("one change is made at a time, and none of no tickets", async () => {
  const { tickets, answer } = desk();
  const changes = new TicketChanges();
  assert.equal(await changes.make([], SOLVE, "Solve"), null);
  const made = changes.make(tickets, SOLVE, "Solve");
  assert.equal(await changes.make(tickets, SOLVE, "Solve"), null);
  changes.hide();
  assert.notEqual(changes.shown.value, null);
  await answer(1, 2);
  await made;
  changes.hide();
  assert.deepEqual([changes.shown.value, changes.canUndo.value], [null, true]);
  changes.dismiss();
  assert.equal(changes.last.value, null);
});

test("a change waits for the one before, and what has it by then stays out of it", async () => {
  const { server, tickets, answer } = desk();
  const changes = new TicketChanges();
  const [one, other] = [tickets.slice(0, 1), tickets.slice(1)];
  const first = changes.makeNext(one, SOLVE, "Solve");
  const again = changes.makeNext(one, SOLVE, "Solve");
  const next = changes.makeNext(other, SOLVE, "Solve");
  assert.equal(server.asked.length, 1);
  await answer(1);
  assert.notEqual(await first, null);
  assert.equal(await again, null);
  assert.deepEqual(server.asked[0]?.params, { ticket_ids: [2], status: "solved" });
  await answer(2);
  assert.equal((await next)?.changedCount.value, 1);
  assert.equal(changes.canUndo.value, true);
});

test("what waits for a change of one user is not made as another", async () => {
  const { server, tickets, answer } = desk();
  const changes = new TicketChanges();
  void changes.makeNext(tickets.slice(0, 1), SOLVE, "Solve");
  const next = changes.makeNext(tickets.slice(1), SOLVE, "Solve");
  changes.dismiss();
  await answer(1);
  assert.equal(await next, null);
  assert.deepEqual(server.asked, []);
});

test("what was refused stays to be read when the next change is made, until its report is closed", async () => {
  const { server, tickets, answer } = desk();
  const changes = new TicketChanges();
  const [first, second] = [tickets.slice(0, 1), tickets.slice(1)];
  const made = changes.make(first, SOLVE, "Solve");
  const error = { code: -32009, message: "it was merged", data: {} };
  await server.answer("ticket.bulk", { results: [{ ticket_id: 1, ticket: null, error }] });
  await made;
  const next = changes.makeNext(second, SOLVE, "Solve again");
  await answer(2);
  await next;
  assert.deepEqual(
    changes.earlier.value.map(({ words, run }) => [words, run.refused.value.length]),
    [["Solve", 1]],
  );
  changes.hide();
  assert.deepEqual([changes.earlier.value, changes.shown.value], [[], null]);
});

test("what is taken back has nothing more to say, and what was not answered has", async () => {
  const { server, tickets, answer } = desk();
  const changes = new TicketChanges();
  const lost = changes.make(tickets.slice(0, 1), SOLVE, "Solve");
  await server.fail("ticket.bulk", new ApiError("The support desk did not answer"));
  await lost;
  const next = changes.make(tickets.slice(1), SOLVE, "Solve");
  assert.equal(changes.earlier.value.length, 1);
  await answer(2);
  await next;
  const undone = changes.undo("Undo");
  await answer(2);
  await undone;
  assert.equal(changes.earlier.value.length, 1);
  changes.dismiss();
  assert.deepEqual(changes.earlier.value, []);
});

test("an earlier change that is sent again is one change at a time as well, and goes with its user", async () => {
  const { server, data, tickets, answer } = desk();
  const changes = new TicketChanges();
  const elsewhere = { project: { id: "q", call: server.call, data }, ticketId: 2 };
  const lost = changes.make([...tickets.slice(0, 1), elsewhere], SOLVE, "Solve");
  await server.fail("ticket.bulk", new ApiError("The support desk did not answer"));
  await lost;
  const next = changes.make(tickets.slice(1), SOLVE, "Solve");
  await answer(2);
  await next;
  const again = changes.earlier.value[0]?.run.run();
  assert.deepEqual([changes.isRunning.value, changes.canUndo.value], [true, false]);
  assert.equal(await changes.make(tickets, SOLVE, "Solve"), null);
  changes.dismiss();
  await answer(1);
  await again;
  assert.deepEqual(server.asked, []);
});
