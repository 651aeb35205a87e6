import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChangeOfTicket } from "../../api/wire.ts";
import { linesOf } from "./change_lines.ts";

const CONTEXT = { ticketId: 1, isStaff: true };

function change(fields: Record<string, [string | null, string]>, rest: Partial<ChangeOfTicket> = {}): ChangeOfTicket {
  const listed = Object.entries(fields).map(([name, [before, after]]) => ({ name, before, after }));
  const empty = { change_id: 1, at: 1, action: "ticket.updated", source: null, target: null };
  return { ...empty, actor: "bob", fields: listed, ...rest };
}

/** The sentences with their values, as a reader has them. */
function saidOf(one: ChangeOfTicket, context = CONTEXT): string[] {
  return linesOf(one, context).map(({ text, values, user, ticket, time }) => {
    const places: Record<string, unknown> = { ...values, actor: one.actor ?? "-", user, ticket: `#${ticket}`, time };
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(places[name]));
  });
}

test("who has a ticket", () => {
  assert.deepEqual(saidOf(change({ assignee: ["", "bob"] })), ["bob took the ticket"]);
  assert.deepEqual(saidOf(change({ assignee: ["", "erin"] })), ["bob gave the ticket to erin"]);
  assert.deepEqual(saidOf(change({ assignee: ["bob", ""] })), ["bob gave the ticket back to the team"]);
  assert.deepEqual(saidOf(change({ assignee: ["erin", ""] })), ["bob took the ticket from erin"]);
});

test("what its status became", () => {
  assert.deepEqual(saidOf(change({ status: ["open", "waiting"] })), ["bob set the status to Waiting on customer"]);
  assert.deepEqual(saidOf(change({ status: ["open", "solved"] })), ["bob solved the ticket"]);
  assert.deepEqual(saidOf(change({ status: ["open", "closed"] })), ["bob closed the ticket"]);
  assert.deepEqual(saidOf(change({ status: ["solved", "open"] })), ["bob opened the ticket again"]);
  const customer = { ticketId: 1, isStaff: false };
  assert.deepEqual(saidOf(change({ status: ["open", "waiting"] }), customer), ["bob set the status to Answered"]);
});

test("a snooze and its end", () => {
  const until = "2026-11-27T09:00:00.000+00:00";
  assert.deepEqual(saidOf(change({ status: ["open", "snoozed"], snoozed_until: ["", until] })), [
    `bob snoozed the ticket until ${Date.parse(until)}`,
  ]);
  assert.deepEqual(saidOf(change({ status: ["snoozed", "open"] }, { actor: null })), ["The snooze ended"]);
  assert.deepEqual(saidOf(change({ status: ["snoozed", "open"], snoozed_until: [until, ""] })), [
    "bob set the status to Open",
  ]);
});

test("priority, tags and title, each a line of its own", () => {
  assert.deepEqual(
    saidOf(change({ priority: ["normal", "urgent"], tags: ["a, b", "b, c, d"], title: ["Old", "New"] })),
    [
      "bob set the priority to Urgent",
      "bob added the tags c, d",
      "bob removed the tag a",
      "bob changed the title, which was “Old”",
    ],
  );
});

test("who was invited, also where the trail is older than that question", () => {
  assert.deepEqual(saidOf(change({ collaborators: ["dave", "dave, frank"] })), ["bob invited frank"]);
  assert.deepEqual(saidOf(change({ collaborators: ["dave", ""] })), ["bob removed dave from the ticket"]);
  assert.deepEqual(saidOf(change({ collaborators: [null, "dave"] })), ["bob changed who is invited"]);
});

test("a rating, with what was said", () => {
  const rating = { action: "rating.saved", actor: "carol" };
  assert.deepEqual(saidOf(change({ score: [null, "good"], comment: [null, ""] }, rating)), [
    "carol rated the answer as good",
  ]);
  assert.deepEqual(saidOf(change({ score: ["good", "bad"], comment: ["", "Hm."] }, rating)), [
    "carol rated the answer as bad: “Hm.”",
  ]);
});

test("a merge and a split are said from the side of the ticket", () => {
  const merge = change({ status: ["waiting", "open"] }, { action: "ticket.merged", source: 2, target: 1 });
  assert.deepEqual(saidOf(merge), ["bob merged #2 into this ticket"]);
  assert.deepEqual(saidOf(merge, { ticketId: 2, isStaff: true }), ["bob merged this ticket into #1"]);
  const split = change({}, { action: "ticket.split", source: 1, target: 3 });
  assert.deepEqual(saidOf(split), ["bob moved messages to the new #3"]);
  assert.deepEqual(saidOf(split, { ticketId: 3, isStaff: true }), ["bob made this ticket of messages of #1"]);
});

test("what is no change worth a line has none", () => {
  assert.deepEqual(saidOf(change({})), []);
  assert.deepEqual(saidOf(change({ tags: ["a, b", "b, a"] })), []);
});
