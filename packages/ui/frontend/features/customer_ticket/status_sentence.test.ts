import assert from "node:assert/strict";
import { test } from "node:test";
import type { Status } from "../../api/wire.ts";
import { ticket } from "../../stores/fixtures.ts";
import { mayReopen, maySolve, statusSentence } from "./status_sentence.ts";

const ALL: Status[] = ["new", "open", "waiting", "snoozed", "solved", "closed"];

test("a customer reads nothing of snoozing, and each status has its words", () => {
  assert.equal(statusSentence(ticket(1, { status: "snoozed" })), statusSentence(ticket(1, { status: "open" })));
  assert.equal(new Set(ALL.map((status) => statusSentence(ticket(1, { status })))).size, 5);
});

test("who has the ticket is said where the team shares it", () => {
  assert.equal(statusSentence(ticket(1, { status: "open", assignee_name: "Bob" })), "Bob looks after it.");
});

test("a customer solves what is not done, and reopens what is solved", () => {
  assert.deepEqual(ALL.filter(maySolve), ["new", "open", "waiting", "snoozed"]);
  assert.deepEqual(ALL.filter(mayReopen), ["solved"]);
});
