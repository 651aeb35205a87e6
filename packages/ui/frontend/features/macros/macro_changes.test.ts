import assert from "node:assert/strict";
import { test } from "node:test";
import { ticket } from "../../stores/fixtures.ts";
import { changesOf } from "./macro_changes.ts";

test("what a macro leaves as it is is no change", () => {
  assert.deepEqual(changesOf(ticket(1), ticket(1), "bob"), []);
});

test("each field that differs is a change, with what it was", () => {
  const before = ticket(1, { tags: ["vpn", "old"], assignee: "alice", assignee_name: "Alice", followers: ["alice"] });
  const after = ticket(1, {
    status: "solved",
    priority: "urgent",
    tags: ["vpn", "gateway"],
    assignee: null,
    followers: ["alice", "bob"],
  });
  assert.deepEqual(changesOf(before, after, "bob"), [
    { field: "status", before: "new", after: "solved" },
    { field: "priority", before: "normal", after: "urgent" },
    { field: "assignee", before: "Alice", after: null },
    { field: "added", tags: ["gateway"] },
    { field: "removed", tags: ["old"] },
    { field: "follow" },
  ]);
});

test("a snooze says until when", () => {
  const after = ticket(1, { status: "snoozed", snoozed_until: 9 });
  assert.deepEqual(changesOf(ticket(1), after, "bob").at(-1), { field: "snoozed_until", after: 9 });
});
