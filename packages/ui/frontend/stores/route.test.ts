import assert from "node:assert/strict";
import { test } from "node:test";
import { listHref, messageHref, parseRoute, savedName, signInHref, threadHref } from "./route.ts";

// Ids of projects that are words of addresses too, or have signs of theirs.
const PROJECTS = ["tickets", "views", "saved", "message", "inbox", "new", "settings", "mine", "a/b", "50%"];

for (const project of PROJECTS) {
  test(`a project may be called ${project}`, () => {
    const thread = { view: "thread", project, ticketId: 7, messageId: null };
    const saved = savedName(project, 5);
    assert.deepEqual(parseRoute(threadHref(project, 7)), thread);
    assert.deepEqual(parseRoute(threadHref(project, 7, "mine")), { ...thread, list: "mine" });
    assert.deepEqual(parseRoute(threadHref(project, 7, saved)), { ...thread, list: saved });
    assert.deepEqual(parseRoute(messageHref(project, 7, 9)), { ...thread, messageId: 9 });
    assert.deepEqual(parseRoute(listHref(saved)), { view: "inbox", list: saved });
    assert.deepEqual(parseRoute(signInHref(project)), { view: "sign-in", project });
  });
}
