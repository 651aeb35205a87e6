import assert from "node:assert/strict";
import { test } from "node:test";
import { message } from "../../stores/fixtures.ts";
import { EDIT_WINDOW_MS, isEditable } from "./edit_window.ts";

test("its author edits a message for five minutes", () => {
  const own = message(3, { author: "bob", created_at: 1_000 });
  assert.equal(isEditable(own, "bob", 1_000), true);
  assert.equal(isEditable(own, "bob", 999 + EDIT_WINDOW_MS), true);
  assert.equal(isEditable(own, "bob", 1_000 + EDIT_WINDOW_MS), false);
  assert.equal(isEditable(own, "carol", 1_000), false);
  assert.equal(isEditable(own, undefined, 1_000), false);
});

test("the ticket's own text is no message that can be edited", () => {
  assert.equal(isEditable(message(0, { author: "bob", created_at: 1_000 }), "bob", 1_000), false);
});
