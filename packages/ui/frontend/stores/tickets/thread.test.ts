import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../api/wire.ts";
import { message, thread as page } from "../fixtures.ts";
import { VersionedTable } from "../versioned_table.ts";
import { Thread } from "./thread.ts";

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
  thread.replace(page([message(2)], 6));
  assert.deepEqual(bodiesOf(thread), ["Message 1", "Message 2", "Message 3"]);
  assert.equal(thread.isLoaded.value, true);
});

test("the text of a merged ticket is where that ticket was filed", () => {
  const thread = newThread();
  thread.replace(page([message(9, { created_at: 2 }), message(1), message(3)], 7));
  thread.add(message(10), 8);
  assert.deepEqual(bodiesOf(thread), ["Message 1", "Message 9", "Message 3", "Message 10"]);
});

test("the newest message is not the last one where an older text was merged in", () => {
  const thread = newThread();
  assert.equal(thread.newestId, 0);
  thread.replace(page([message(9, { created_at: 1 }), message(4, { created_at: 2 })], 7));
  assert.deepEqual([thread.messages.value.at(-1)?.message_id, thread.newestId], [4, 9]);
});

test("a thread knows what had come when its reader went elsewhere", () => {
  const thread = newThread();
  thread.leave();
  assert.equal(thread.leftAt, null);
  thread.replace(page([message(4)], 7));
  thread.leave();
  thread.add(message(5), 8);
  assert.equal(thread.leftAt, 4);
});

test("what arrived after the answer was made stays, what it should hold and does not is gone", () => {
  const thread = newThread();
  thread.add(message(1), 5);
  thread.add(message(2), 9);
  thread.replace(page([message(3)], 7));
  assert.deepEqual(bodiesOf(thread), ["Message 2", "Message 3"]);
});

test("an edit replaces the message, and an older list does not bring the old text back", () => {
  const thread = newThread();
  thread.replace(page([message(1)], 3));
  thread.add(message(1, { body: "edited", edited_at: 9 }), 5);
  thread.replace(page([message(1)], 4));
  assert.deepEqual(bodiesOf(thread), ["edited"]);
});

test("a message that was just sent is there once, before and after its event", () => {
  const thread = newThread();
  thread.replace(page([], 3));
  thread.addSent(message(1));
  assert.deepEqual(bodiesOf(thread), ["Message 1"]);
  thread.replace(page([], 3)); // A list that was made before the message.
  assert.deepEqual(bodiesOf(thread), ["Message 1"]);
  thread.add(message(1, { body: "as the event says" }), 4);
  assert.deepEqual(bodiesOf(thread), ["as the event says"]);
  thread.addSent(message(1)); // The answer may come after the event.
  assert.deepEqual(bodiesOf(thread), ["as the event says"]);
});

test("older messages come page by page, and stay in order with what arrives meanwhile", () => {
  const thread = newThread();
  thread.replace(page([message(5), message(6)], 9, "before 5"));
  assert.equal(thread.cursor.value, "before 5");
  const take = thread.expectOlder();
  thread.add(message(7), 10);
  take(page([message(3), message(4)], 10, "before 3"));
  thread.expectOlder()(page([message(2)], 11));
  assert.deepEqual(
    bodiesOf(thread),
    [2, 3, 4, 5, 6, 7].map((id) => `Message ${id}`),
  );
  assert.equal(thread.cursor.value, null);
});

test("an older page never undoes an edit that an event has brought", () => {
  const thread = newThread();
  thread.replace(page([message(5)], 3, "before 5"));
  const take = thread.expectOlder();
  thread.add(message(4, { body: "edited", edited_at: 9 }), 7);
  take(page([message(4)], 6));
  assert.deepEqual(bodiesOf(thread), ["edited", "Message 5"]);
});

test("an older page of a thread that was fetched anew since is not taken", () => {
  const thread = newThread();
  thread.replace(page([message(5)], 3, "before 5"));
  const take = thread.expectOlder();
  thread.replace(page([message(5)], 8, "before 5")); // Message 4 was moved to another ticket.
  take(page([message(4)], 7));
  assert.deepEqual(bodiesOf(thread), ["Message 5"]);
  assert.equal(thread.cursor.value, "before 5");
});
