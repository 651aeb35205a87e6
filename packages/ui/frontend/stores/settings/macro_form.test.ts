import assert from "node:assert/strict";
import { test } from "node:test";
import type { Macro } from "../../api/wire.ts";
import { macroChanges, macroValues, splitTags } from "./macro_form.ts";

const MACRO: Macro = {
  noun: "macro",
  macro_id: 1,
  name: "Wait",
  owner: null,
  status: "snoozed",
  snooze_minutes: 180,
  priority: "high",
  assign: null,
  assignee: "erin",
  add_tags: ["a", "b c"],
  remove_tags: [],
  follow: true,
  note: "Soon",
  reply: null,
  updated_at: 1,
};

test("a macro is what it was after it was shown in the form", () => {
  const { noun: _n, macro_id: _i, name: _m, owner: _o, updated_at: _u, ...changes } = MACRO;
  assert.deepEqual(macroChanges(macroValues(MACRO)), changes);
  const values = macroValues(MACRO);
  assert.deepEqual(
    [values.snooze_count, values.snooze_unit, values.assign, values.shared],
    ["3", "hours", "user/erin", true],
  );
});

test("an empty form does nothing", () => {
  const nothing = macroChanges(macroValues(null));
  assert.deepEqual(
    Object.values(nothing).filter((value) => value !== null && value !== false),
    [[], []],
  );
});

test("a snooze counts with its status alone, and blank texts are none", () => {
  const values = { ...macroValues(MACRO), status: "solved", note: " \n", assign: "me" };
  const changes = macroChanges(values);
  assert.deepEqual([changes.snooze_minutes, changes.note, changes.assign, changes.assignee], [null, null, "me", null]);
});

test("tags are separated by commas", () => {
  assert.deepEqual(splitTags(" a, b c ,,"), ["a", "b c"]);
  assert.deepEqual(splitTags(""), []);
});
