import assert from "node:assert/strict";
import { test } from "node:test";
import { statusChoices } from "./status_choices.ts";

test("what a ticket is can be kept, and nothing becomes new again", () => {
  assert.deepEqual(statusChoices("new"), ["new", "open", "waiting", "solved", "closed"]);
  assert.deepEqual(statusChoices("solved"), ["open", "waiting", "solved", "closed"]);
  assert.deepEqual(statusChoices("snoozed")[0], "snoozed");
});

test("a closed ticket is only opened", () => {
  assert.deepEqual(statusChoices("closed"), ["open", "closed"]);
});
