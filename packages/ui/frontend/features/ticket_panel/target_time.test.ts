import assert from "node:assert/strict";
import { test } from "node:test";
import { ticket } from "../../stores/fixtures.ts";
import { spanWords, targetOf, targetWords } from "./target_time.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DUE = 100 * HOUR;

function words(now: number, at: number | null = null): string {
  const target = targetOf(ticket(1, { first_response_due: DUE, first_response_at: at }), now);
  return target === null ? "" : `${target.state}: ${targetWords(target)}`;
}

test("a ticket without a promise has no target", () => {
  assert.equal(targetOf(ticket(1, { first_response_at: 5 }), 0), null);
});

test("what is left is said, and said louder in the last hour", () => {
  assert.equal(words(DUE - 3 * HOUR), "ahead: 3 hours left");
  assert.equal(words(DUE - 59 * MINUTE), "soon: 59 minutes left");
  assert.equal(words(DUE), "soon: 1 minute left");
});

test("what is overdue says by how much", () => {
  assert.equal(words(DUE + 1), "overdue: Overdue by 1 minute");
  assert.equal(words(DUE + 90 * MINUTE), "overdue: Overdue by 1 hour 30 min");
  assert.equal(words(DUE + 49 * HOUR), "overdue: Overdue by 2 days");
});

test("an answer was in time, or so late", () => {
  assert.equal(words(0, DUE), "kept: Answered in time");
  assert.equal(words(0, DUE + 2 * HOUR), "missed: Answered 2 hours late");
});

test("a span has one or two units", () => {
  assert.deepEqual([1, HOUR, 25 * HOUR].map(spanWords), ["1 minute", "1 hour", "1 day"]);
});
