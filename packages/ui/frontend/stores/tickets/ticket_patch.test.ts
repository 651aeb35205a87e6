import assert from "node:assert/strict";
import { test } from "node:test";
import { ticket } from "../fixtures.ts";
import { applyPatch } from "./ticket_patch.ts";

const BOBS = ticket(1, { assignee: "bob", assignee_name: "Bob" });

test("another assignee does not have the name of the one before", () => {
  const { assignee, assignee_name: name } = applyPatch(BOBS, { assignee: "alice" });
  assert.deepEqual([assignee, name], ["alice", null]);
  assert.equal(applyPatch(BOBS, { assignee: null }).assignee_name, null);
});

test("an assignee who stays keeps the name", () => {
  assert.equal(applyPatch(BOBS, { assignee: "bob" }).assignee_name, "Bob");
  assert.equal(applyPatch(BOBS, { priority: "high" }).assignee_name, "Bob");
});
