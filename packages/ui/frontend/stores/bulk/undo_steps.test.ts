import assert from "node:assert/strict";
import { test } from "node:test";
import { ticket } from "../fixtures.ts";
import { undoSteps } from "./undo_steps.ts";

const NOW = 1_000;

test("each ticket gets back what it had, those with the same in one step", () => {
  const before = [
    ticket(1, { assignee: "alice" }),
    ticket(2, { assignee: null }),
    ticket(3, { assignee: "alice" }),
    ticket(4, { assignee: "bob" }),
  ];
  assert.deepEqual(undoSteps(before, { assignee: "bob" }, NOW), [
    { ids: [1, 3], patch: { assignee: "alice" } },
    { ids: [2], patch: { assignee: null } },
  ]);
  assert.deepEqual(undoSteps([ticket(1, { priority: "low" })], { priority: "high" }, NOW), [
    { ids: [1], patch: { priority: "low" } },
  ]);
});

test("only a tag that came with the change goes again", () => {
  const before = [ticket(1, { tags: ["vpn"] }), ticket(2)];
  assert.deepEqual(undoSteps(before, { add_tags: ["vpn"] }, NOW), [{ ids: [2], patch: { remove_tags: ["vpn"] } }]);
  assert.deepEqual(undoSteps(before, { remove_tags: ["vpn"] }, NOW), [{ ids: [1], patch: { add_tags: ["vpn"] } }]);
});

test("nothing becomes new again, and a snooze that has ended is open", () => {
  const before = [
    ticket(1, { status: "new" }),
    ticket(2, { status: "waiting" }),
    ticket(3, { status: "solved" }),
    ticket(4, { status: "snoozed", snoozed_until: NOW + 1 }),
    ticket(5, { status: "snoozed", snoozed_until: NOW }),
  ];
  assert.deepEqual(undoSteps(before, { status: "solved" }, NOW), [
    { ids: [1, 5], patch: { status: "open" } },
    { ids: [2], patch: { status: "waiting" } },
    { ids: [4], patch: { status: "snoozed", snoozed_until: NOW + 1 } },
  ]);
});

test("what was closed opens before it becomes what it was", () => {
  const before = [ticket(1, { status: "waiting" }), ticket(2, { status: "new" }), ticket(3, { status: "closed" })];
  assert.deepEqual(undoSteps(before, { status: "closed" }, NOW), [
    { ids: [1], patch: { status: "open" } },
    { ids: [1], patch: { status: "waiting" } },
    { ids: [2], patch: { status: "open" } },
  ]);
});

test("what was opened and had been closed is closed again", () => {
  assert.deepEqual(undoSteps([ticket(1, { status: "closed" })], { status: "open" }, NOW), [
    { ids: [1], patch: { status: "closed" } },
  ]);
});

test("another time of a snooze is put back", () => {
  const before = [ticket(1, { status: "snoozed", snoozed_until: NOW + 5 })];
  assert.deepEqual(undoSteps(before, { status: "snoozed", snoozed_until: NOW + 9 }, NOW), [
    { ids: [1], patch: { status: "snoozed", snoozed_until: NOW + 5 } },
  ]);
  assert.deepEqual(undoSteps(before, { status: "snoozed", snoozed_until: NOW + 5 }, NOW), []);
});
