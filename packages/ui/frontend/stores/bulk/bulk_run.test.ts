import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import type { Ticket, TicketResult } from "../../api/wire.ts";
import { FakeServer, settle, ticket } from "../fixtures.ts";
import { type BulkProject, BulkRun, type BulkTicket } from "./bulk_run.ts";

function desk(tickets: Ticket[], id = "p") {
  const server = new FakeServer();
  const table = new Map(tickets.map((one) => [one.ticket_id, one]));
  const undone: number[] = [];
  const data: BulkProject["data"] = {
    ticket: (ticketId) => table.get(ticketId) ?? null,
    changeTicket: (ticketId) => ({ settle: () => {}, undo: () => void undone.push(ticketId) }),
  };
  const project: BulkProject = { id, call: server.call, data };
  const chosen: BulkTicket[] = tickets.map((one) => ({ project, ticketId: one.ticket_id }));
  return { server, table, project, chosen, undone };
}

function results(ids: number[], refused: number[] = []): { results: TicketResult[] } {
  const failure = { code: -32004, reason: "conflict", message: "it was merged", hint: null, kind: null, values: {} };
  return {
    results: ids.map((id) => ({
      ticket_id: id,
      ticket: refused.includes(id) ? null : ticket(id),
      error: refused.includes(id) ? failure : null,
    })),
  };
}

function asked(server: FakeServer): number[] {
  const [first] = server.asked;
  return (first?.params as { ticket_ids: number[] } | undefined)?.ticket_ids ?? [];
}

test("many tickets go in portions, and each has a result", async () => {
  const { server, chosen } = desk(Array.from({ length: 120 }, (_, index) => ticket(index + 1)));
  const run = new BulkRun(chosen, { kind: "patch", patch: { priority: "high" } });
  const ended = run.run();
  assert.equal(asked(server).length, 50);
  await server.answer("ticket.bulk", results(asked(server), [7]));
  assert.deepEqual([run.done.value, run.isRunning.value], [50, true]);
  await server.answer("ticket.bulk", results(asked(server)));
  assert.equal(asked(server).length, 20);
  await server.answer("ticket.bulk", results(asked(server), [120]));
  await ended;
  assert.deepEqual([run.isComplete.value, run.isRunning.value, run.changedCount.value], [true, false, 118]);
  assert.deepEqual(
    run.refused.value.map(({ ticketId, title, problem }) => [ticketId, title, problem.message]),
    [
      [7, "Ticket 7", "it was merged"],
      [120, "Ticket 120", "it was merged"],
    ],
  );
});

test("what a foreign server gives as words is words", async () => {
  const { server, chosen } = desk([ticket(1)]);
  const run = new BulkRun(chosen, { kind: "patch", patch: { priority: "high" } });
  const ended = run.run();
  const error = { code: 1, reason: [], message: "no", hint: {} };
  await server.answer("ticket.bulk", { results: [{ ticket_id: 1, ticket: null, error }] });
  await ended;
  const { reason, hint } = run.refused.value[0]?.problem ?? {};
  assert.deepEqual([typeof reason, typeof hint], ["string", "string"]);
});

test("what was not answered waits, and is sent again as it was", async () => {
  const { server, chosen } = desk([ticket(1), ticket(2)]);
  const run = new BulkRun(chosen, { kind: "macro", macroId: 3, token: "t" });
  const ended = run.run();
  await server.fail("macro.run", new ApiError("The support desk did not answer"));
  await ended;
  assert.deepEqual([run.problem.value?.message, run.left.length], ["The support desk did not answer", 2]);
  const again = run.run();
  assert.deepEqual(server.asked[0]?.params, { ticket_ids: [1, 2], macro_id: 3, client_token: "t" });
  await server.answer("macro.run", results([1, 2]));
  await again;
  assert.deepEqual([run.problem.value, run.isComplete.value, run.undo()], [null, true, []]);
});

test("a run that is stopped sends no further portion", async () => {
  const { server, chosen } = desk(Array.from({ length: 60 }, (_, index) => ticket(index + 1)));
  const run = new BulkRun(chosen, { kind: "patch", patch: { status: "solved" } });
  const ended = run.run();
  run.stop();
  await server.answer("ticket.bulk", results(asked(server)));
  await ended;
  assert.deepEqual([server.asked.length, run.left.length, run.isRunning.value], [0, 10, false]);
});

test("tickets of several projects go to their own", async () => {
  const one = desk([ticket(1)], "one");
  const other = desk([ticket(1)], "other");
  const run = new BulkRun([...one.chosen, ...other.chosen], { kind: "patch", patch: { status: "solved" } });
  const ended = run.run();
  await one.server.answer("ticket.bulk", results([1]));
  await other.server.answer("ticket.bulk", results([1], [1]));
  await ended;
  assert.equal(run.refused.value[0]?.project.id, "other");
  assert.deepEqual(
    run.undo().map(({ project, ids }) => [project.id, ids]),
    [["one", [1]]],
  );
});

test("what is taken back is what was changed, and has not been changed by another since", async () => {
  const { server, chosen, table } = desk([1, 2, 3].map((id) => ticket(id, { assignee: "alice", updated_at: 10 })));
  const run = new BulkRun(chosen, { kind: "patch", patch: { assignee: "bob" } });
  const ended = run.run();
  await server.answer("ticket.bulk", results([1, 2, 3], [3]));
  await ended;
  table.set(1, ticket(1, { assignee: "bob", updated_at: 20 }));
  table.set(2, ticket(2, { assignee: "carol", updated_at: 30 }));
  assert.deepEqual(
    run.undo().map(({ ids, patch }) => ({ ids, patch })),
    [{ ids: [1], patch: { assignee: "alice" } }],
  );
});

test("what is shown ahead of the answer is undone where it is refused, or not answered", async () => {
  const { server, chosen, undone } = desk([ticket(1), ticket(2)]);
  const run = new BulkRun(chosen, { kind: "patch", patch: { status: "solved" } });
  const ended = run.run();
  await server.fail("ticket.bulk", new ApiError("The support desk did not answer"));
  await ended;
  assert.deepEqual(undone.splice(0), [1, 2]);
  const again = run.run();
  await server.answer("ticket.bulk", results([1, 2], [2]));
  await again;
  assert.deepEqual(undone, [2]);
});

test("a run begins once", async () => {
  const { server, chosen } = desk([ticket(1)]);
  const run = new BulkRun(chosen, { kind: "patch", patch: { status: "open" } });
  void run.run();
  void run.run();
  await settle();
  assert.equal(server.asked.length, 1);
});
