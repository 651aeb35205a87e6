import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../api/wire.ts";
import { message } from "./fixtures.ts";
import { Thread } from "./thread.ts";
import { VersionedTable } from "./versioned_table.ts";

function newThread(): Thread {
  return new Thread(new VersionedTable<Message>());
}

function bodiesOf(thread: Thread): string[] {
  return thread.messages.value.map(({ body }) => body);
}

test("messages are shown oldest first, in any order of arrival", () => {
  const thread = newThread();
  thread.add(message(3), 7);
  thread.add(message(1), 8);
  thread.replace([message(2)], 6);
  assert.deepEqual(bodiesOf(thread), ["Message 1", "Message 2", "Message 3"]);
  assert.equal(thread.isLoaded.value, true);
});

test("the text of a merged ticket is where that ticket was filed", () => {
  const thread = newThread();
  thread.replace([message(9, { created_at: 2 }), message(1), message(3)], 7);
  thread.add(message(10), 8);
  assert.deepEqual(bodiesOf(thread), ["Message 1", "Message 9", "Message 3", "Message 10"]);
});

test("what arrived after the answer was made stays, what it should hold and does not is gone", () => {
  const thread = newThread();
  thread.add(message(1), 5);
  thread.add(message(2), 9);
  thread.replace([message(3)], 7);
  assert.deepEqual(bodiesOf(thread), ["Message 2", "Message 3"]);
});

test("an edit replaces the message, and an older list does not bring the old text back", () => {
  const thread = newThread();
  thread.replace([message(1)], 3);
  thread.add(message(1, { body: "edited", edited_at: 9 }), 5);
  thread.replace([message(1)], 4);
  assert.deepEqual(bodiesOf(thread), ["edited"]);
});

test("a message that was just sent is there once, before and after its event", () => {
  const thread = newThread();
  thread.replace([], 3);
  thread.addSent(message(1));
  assert.deepEqual(bodiesOf(thread), ["Message 1"]);
  thread.replace([], 3); // A list that was made before the message.
  assert.deepEqual(bodiesOf(thread), ["Message 1"]);
  thread.add(message(1, { body: "as the event says" }), 4);
  assert.deepEqual(bodiesOf(thread), ["as the event says"]);
  thread.addSent(message(1)); // The answer may come after the event.
  assert.deepEqual(bodiesOf(thread), ["as the event says"]);
});
