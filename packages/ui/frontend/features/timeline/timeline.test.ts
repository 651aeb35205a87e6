import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChangeOfTicket, Message } from "../../api/wire.ts";
import { message } from "../../stores/fixtures.ts";
import { buildTimeline } from "./timeline.ts";

const DAY = 100;

function change(id: number, at: number): ChangeOfTicket {
  return { change_id: id, at, actor: "bob", action: "ticket.updated", fields: [], source: null, target: null };
}

/** Messages of these times, which are their ids as well. */
function at(...times: number[]): Message[] {
  return times.map((time) => message(time));
}

function shown(messages: Message[], changes: ChangeOfTicket[] = [], rest: object = {}): string[] {
  const dayOf = (time: number) => `day ${Math.floor(time / DAY)}`;
  const items = buildTimeline({ messages, changes, hasOlder: false, next: null, newFrom: null, dayOf, ...rest });
  return items.map((item) => {
    if (item.kind === "day") return item.day;
    if (item.kind === "message") return String(item.message.message_id);
    return item.kind === "new" ? "new" : `(${item.changes.map((one) => one.change_id).join(" ")})`;
  });
}

test("each day has a line", () => {
  assert.deepEqual(shown(at(1, 2, 101, 305)), ["day 0", "1", "2", "day 1", "101", "day 3", "305"]);
});

test("a change stands behind the messages that it came after, and with others of its time", () => {
  const changes = [change(7, 3), change(8, 4), change(9, 5), change(10, 102)];
  assert.deepEqual(shown(at(1, 5, 101), changes), ["day 0", "1", "(7 8)", "5", "(9)", "day 1", "101", "(10)"]);
});

test("a change before every message is the first, and one day later begins that day", () => {
  assert.deepEqual(shown(at(5), [change(1, 2), change(2, 250)]), ["day 0", "(1)", "5", "day 2", "(2)"]);
  assert.deepEqual(shown([], [change(1, 2)]), ["day 0", "(1)"]);
});

test("what changed among messages that are not here is not here either", () => {
  const changes = [change(1, 2), change(2, 15), change(3, 25), change(4, 35)];
  assert.deepEqual(shown(at(10, 20), changes, { hasOlder: true, next: message(30) }), [
    "day 0",
    "10",
    "(2)",
    "20",
    "(3)",
  ]);
  assert.deepEqual(shown([], changes, { hasOlder: true }), []);
});

test("the new ones begin with a line of their own", () => {
  assert.deepEqual(shown(at(1, 2, 101), [], { newFrom: 101 }), ["day 0", "1", "2", "day 1", "new", "101"]);
});

test("messages that a merge brought stand where they were written", () => {
  const merged = [message(9, { created_at: 2 }), message(3, { created_at: 4 })];
  assert.deepEqual(shown(merged, [change(1, 3)]), ["day 0", "9", "(1)", "3"]);
});
