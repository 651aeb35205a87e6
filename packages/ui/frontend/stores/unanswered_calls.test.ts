import assert from "node:assert/strict";
import { test } from "node:test";
import { UnansweredCalls } from "./unanswered_calls.ts";

function made() {
  const sent: unknown[] = [];
  const calls = new UnansweredCalls((method, params) => void sent.push([method, params]));
  return { calls, sent };
}

test("what has no answer goes out as the page is left, and nothing else", () => {
  const { calls, sent } = made();
  const answered = calls.expect("read 1", "read.mark", { ticket_id: 1, message_id: 5 });
  calls.expect("read 2", "read.mark", { ticket_id: 2, message_id: 6 });
  answered();
  calls.leave();
  assert.deepEqual(sent, [["read.mark", { ticket_id: 2, message_id: 6 }]]);
});

test("of two that set the same, the later one goes out, also when the first one is answered", () => {
  const { calls, sent } = made();
  const answered = calls.expect("order", "view.order", { view_ids: [1, 2] });
  calls.expect("order", "view.order", { view_ids: [2, 1] });
  answered();
  calls.leave();
  assert.deepEqual(sent, [["view.order", { view_ids: [2, 1] }]]);
});

test("what one user has set is not sent after they are gone", () => {
  const { calls, sent } = made();
  calls.expect("order", "view.order", { view_ids: [1] });
  calls.clear();
  calls.leave();
  assert.deepEqual(sent, []);
});
