import assert from "node:assert/strict";
import { test } from "node:test";
import { allKeys, complete, typedValue, type Vocabulary } from "./completions.ts";

const STAFF: Vocabulary = {
  isStaff: true,
  tags: ["vpn", "two words"],
  users: [{ id: "carol", name: "Carol Ng" }],
};
const NOON = new Date(2026, 10, 27, 12);

function inserts(typed: string, vocabulary = STAFF): string[] {
  return complete(typed, vocabulary, NOON).map(({ insert }) => insert);
}

test("a filter is offered by its beginning, and then its values", () => {
  assert.deepEqual(inserts("sta"), ["status:"]);
  assert.deepEqual(
    inserts("status:"),
    ["new", "open", "waiting", "snoozed", "solved", "closed"].map((s) => `status:${s} `),
  );
  assert.deepEqual(inserts("status:s"), ["status:snoozed ", "status:solved "]);
  assert.deepEqual(inserts("-pri"), ["-priority:"]);
  assert.deepEqual(inserts("-priority:u"), ["-priority:urgent "]);
  assert.deepEqual(inserts("is:o"), ["is:overdue "]);
});

test("a word is offered as the filter that it may mean", () => {
  assert.deepEqual(inserts("urgent"), ["priority:urgent "]);
  assert.deepEqual(inserts("unass"), ["is:unassigned "]);
  assert.deepEqual(inserts("ur"), []);
  assert.deepEqual(inserts(""), []);
});

test("tags and users are offered by what they are called", () => {
  assert.deepEqual(inserts("tag:t"), ['tag:"two words" ']);
  assert.deepEqual(inserts('tag:"two w'), ['tag:"two words" ']);
  assert.deepEqual(inserts("customer:ng"), ["customer:carol "]);
  assert.deepEqual(inserts("assignee:"), ["assignee:me ", "assignee:carol "]);
  assert.deepEqual(typedValue("-customer:ca"), { key: "customer", prefix: "ca" });
  assert.deepEqual(typedValue('tag:"two w'), { key: "tag", prefix: "two w" });
  assert.equal(typedValue("http://x"), null);
});

test("days are those of the reader's calendar", () => {
  assert.deepEqual(inserts("after:"), [
    "after:2026-11-27 ",
    "after:2026-11-26 ",
    "after:2026-11-20 ",
    "after:2026-10-28 ",
    "after:2026-11-01 ",
    "after:2026-01-01 ",
  ]);
  assert.deepEqual(inserts("before:yes"), ["before:2026-11-26 "]);
});

test("customers are offered nothing of the team", () => {
  const customer = { ...STAFF, isStaff: false };
  assert.deepEqual(
    allKeys(customer).map(({ insert }) => insert),
    ["status:", "priority:", "is:", "before:", "after:"],
  );
  assert.deepEqual(inserts("assignee:", customer), []);
  assert.deepEqual(inserts("is:", customer), ["is:active ", "is:done "]);
  assert.equal(allKeys(STAFF).length, 8);
});
