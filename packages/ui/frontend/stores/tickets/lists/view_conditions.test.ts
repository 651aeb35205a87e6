import assert from "node:assert/strict";
import { test } from "node:test";
import { ticket, user } from "../../fixtures.ts";
import { BUILT_IN } from "../../route.ts";
import { conditionOf } from "./view_conditions.ts";

const BOB = user("bob");

function viewsOf(fields: Parameters<typeof ticket>[1]): string[] {
  return ["inbox" as const, ...BUILT_IN].filter((view) => conditionOf(view, BOB)?.(ticket(1, fields)));
}

const CASES: Array<[Parameters<typeof ticket>[1], string[]]> = [
  [{ status: "new" }, ["inbox", "unassigned", "open"]],
  [{ status: "open", assignee: "bob" }, ["inbox", "mine", "participating", "open"]],
  [{ status: "open", assignee: "al" }, ["inbox", "open"]],
  [{ status: "waiting" }, ["inbox", "open", "waiting"]],
  [{ status: "waiting", assignee: "al", followers: ["bob"] }, ["inbox", "participating", "open", "waiting"]],
  [{ status: "snoozed", assignee: "bob" }, ["inbox", "snoozed"]],
  [{ status: "solved", assignee: "bob" }, ["closed"]],
  [{ status: "closed" }, ["closed"]],
];

for (const [fields, expected] of CASES) {
  test(`a ticket with ${JSON.stringify(fields)} is in ${expected.join(", ")}`, () => {
    assert.deepEqual(viewsOf(fields), expected);
  });
}

test("customers list all that they see", () => {
  for (const reader of [null, user("carol", { role: "customer" })]) {
    assert.ok(conditionOf("inbox", reader)?.(ticket(1, { status: "closed" })));
  }
});
