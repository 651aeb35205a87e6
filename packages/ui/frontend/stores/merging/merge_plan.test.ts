import assert from "node:assert/strict";
import { test } from "node:test";
import { ticket } from "../fixtures.ts";
import { chooseTarget, planMerge } from "./merge_plan.ts";

test("the text of the ticket moves with its messages", () => {
  assert.equal(planMerge(ticket(2, { message_count: 3 }), ticket(1)).moved, 4);
  assert.equal(planMerge(ticket(2), ticket(1)).obstacle, null);
});

test("what the server refuses is known before", () => {
  assert.equal(planMerge(ticket(1), ticket(1)).obstacle, "same");
  assert.equal(planMerge(ticket(2, { merged_into: 3 }), ticket(1)).obstacle, "source-merged");
  assert.equal(planMerge(ticket(2), ticket(1, { merged_into: 3 })).obstacle, "target-merged");
  const plan = planMerge(ticket(2, { customer: "dave" }), ticket(1, { collaborators: ["erin"] }));
  assert.deepEqual([plan.obstacle, plan.onlySource, plan.onlyTarget], ["people", ["dave"], ["carol", "erin"]]);
  assert.equal(
    planMerge(ticket(2, { customer: "dave", collaborators: ["carol"] }), ticket(1, { collaborators: ["dave"] }))
      .obstacle,
    null,
  );
});

test("the ticket that stays opens for one that is unanswered, and a closed one has to be opened", () => {
  for (const status of ["new", "open", "snoozed"] as const) {
    assert.equal(planMerge(ticket(2, { status }), ticket(1, { status: "waiting" })).opens, true, status);
  }
  assert.equal(planMerge(ticket(2, { status: "solved" }), ticket(1, { status: "waiting" })).opens, false);
  assert.equal(planMerge(ticket(2), ticket(1, { status: "open" })).opens, false);
  const closed = planMerge(ticket(2), ticket(1, { status: "closed" }));
  assert.deepEqual([closed.needsReopen, closed.opens], [true, false]);
});

test("followers come along; tags and assignee do not", () => {
  const source = ticket(2, { followers: ["bob"], assignee: "alice", assignee_name: "Alice", tags: ["vpn", "dns"] });
  const plan = planMerge(source, ticket(1, { followers: ["bob"], tags: ["dns"] }));
  assert.deepEqual([plan.newFollowers, plan.lostTags, plan.lostAssignee], [["alice"], ["vpn"], "Alice"]);
});

test("the older one stays, unless it is closed", () => {
  assert.equal(chooseTarget(ticket(2), ticket(1)).ticket_id, 1);
  assert.equal(chooseTarget(ticket(1, { status: "closed" }), ticket(2)).ticket_id, 2);
  assert.equal(chooseTarget(ticket(1, { merged_into: 9 }), ticket(2)).ticket_id, 2);
  assert.equal(chooseTarget(ticket(1, { status: "closed" }), ticket(2, { status: "closed" })).ticket_id, 1);
});
