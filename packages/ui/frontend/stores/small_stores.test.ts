import assert from "node:assert/strict";
import { test } from "node:test";
import { mapStorage } from "../testing/map_storage.ts";
import { Announcement, announce } from "./announcement.ts";
import { event, message, ticket } from "./fixtures.ts";
import { KeySetting } from "./keys/key_setting.ts";
import {
  DEVICES,
  hashOfAddress,
  INBOX,
  listHref,
  messageHref,
  NEW,
  newHref,
  parseRoute,
  savedName,
  signInHref,
  threadHref,
} from "./route.ts";
import { Drafts, draftKey } from "./tickets/drafts.ts";

test("an address names its view, and one that names none is the list", () => {
  assert.deepEqual(parseRoute(INBOX), { view: "inbox", list: null });
  assert.deepEqual(parseRoute(""), { view: "inbox", list: null });
  assert.deepEqual(parseRoute(NEW), { view: "new", project: null });
  assert.deepEqual(parseRoute(newHref("a/b")), { view: "new", project: "a/b" });
  for (const hash of ["#/tickets/p/0", "#/tickets/p/-1", "#/tickets/p/1e3", "#/tickets//1", "#/tickets/p"]) {
    assert.deepEqual(parseRoute(hash), { view: "inbox", list: null }, hash);
  }
});

test("an address names the view that is listed", () => {
  for (const name of ["inbox", "mine", "closed", savedName("a/b", 12)] as const) {
    assert.deepEqual(parseRoute(listHref(name)), { view: "inbox", list: name });
  }
  for (const hash of ["#/views/", "#/views/secret", "#/views/saved/p/x", "#/views/saved/p/1/2"]) {
    assert.deepEqual(parseRoute(hash), { view: "inbox", list: null }, hash);
  }
});

test("signing in and the devices have views, and addresses of their own", () => {
  assert.deepEqual(parseRoute(DEVICES), { view: "devices" });
  assert.deepEqual(parseRoute(signInHref("a/b")), { view: "sign-in", project: "a/b" });
  assert.deepEqual(parseRoute(hashOfAddress("/desk/sign-in")), { view: "sign-in", project: null });
  assert.deepEqual(parseRoute(hashOfAddress("/devices")), { view: "devices" });
  assert.equal(hashOfAddress("/desk/"), "");
  assert.equal(hashOfAddress("/elsewhere"), "");
});

test("the address of a message is one of its ticket", () => {
  assert.equal(messageHref("p", 7, 12), "#/tickets/p/7/message/12");
  const route = parseRoute(messageHref("p", 7, 12));
  assert.deepEqual(route.view === "thread" && [route.project, route.ticketId], ["p", 7]);
});

test("a ticket's address is read as it was written", () => {
  const route = { view: "thread", project: "a/b c", ticketId: 12, messageId: null };
  assert.deepEqual(parseRoute(threadHref("a/b c", 12)), route);
  assert.deepEqual(parseRoute("#/tickets/%E0%A4%A/1"), { ...route, project: "%E0%A4%A", ticketId: 1 });
  assert.deepEqual(parseRoute(messageHref("a/b c", 12, 7)), { ...route, messageId: 7 });
  for (const wrong of ["0", "x", "", "-1"]) {
    assert.deepEqual(parseRoute(`${threadHref("a/b c", 12)}/message/${wrong}`), route, wrong);
  }
});

test("a ticket that is read in a view has both in its address", () => {
  const route = { view: "thread", project: "a/b", ticketId: 12, messageId: null };
  for (const list of ["mine", "closed", savedName("a/b", 3)] as const) {
    assert.deepEqual(parseRoute(threadHref("a/b", 12, list)), { ...route, list });
    assert.deepEqual(parseRoute(`${threadHref("a/b", 12, list)}/message/7`), { ...route, list, messageId: 7 });
  }
  assert.equal(threadHref("a", 1, "inbox"), threadHref("a", 1));
  assert.deepEqual(parseRoute("#/views/none/tickets/a%2Fb/12"), route);
  assert.deepEqual(parseRoute("#/views/mine/tickets/a%2Fb/x"), { view: "inbox", list: null });
});

test("a draft is saved for its user and place, and forgotten when it is empty", () => {
  const stored = new Map<string, string>();
  const drafts = new Drafts(() => mapStorage(stored));
  drafts.save(draftKey("bob", "p", 1, "reply"), "half");
  assert.equal(drafts.read(draftKey("bob", "p", 1, "reply")), "half");
  assert.equal(drafts.read(draftKey("carol", "p", 1, "reply")), "");
  drafts.save(draftKey("bob", "p", 1, "reply"), "");
  assert.equal(stored.size, 0);
});

test("a browser without storage loses no more than the next page", () => {
  const drafts = new Drafts(() => {
    throw new Error("switched off");
  });
  drafts.save("key", "text");
  assert.equal(drafts.read("key"), "");
});

test("news are a sentence, and one's own doing is none", () => {
  const filed = event(1, "ticket.created", { ticket: ticket(1) });
  assert.equal(announce(filed, "bob"), "New ticket from Carol: Ticket 1");
  assert.equal(announce(filed, "carol"), null);
  const filedFor = event(1, "ticket.created", { ticket: ticket(1, { followers: ["bob"] }) });
  assert.deepEqual([announce(filedFor, "bob"), typeof announce(filedFor, "alice")], [null, "string"]);
  const noted = event(2, "message.noted", { ticket: ticket(1), message: message(1, { kind: "note" }) });
  assert.equal(announce(noted, "alice"), "Bob wrote a note on Ticket 1");
  assert.equal(announce(event(3, "ticket.updated", { ticket: ticket(1) }), "alice"), null);
  assert.equal(announce(event(4, "ticket.hidden"), "alice"), null);
});

test("the keys stay off where they were turned off, also without storage while the page is open", () => {
  const storage = mapStorage();
  assert.equal(new KeySetting(() => storage).isOn.value, true);
  new KeySetting(() => storage).set(false);
  assert.equal(new KeySetting(() => storage).isOn.value, false);
  const without = new KeySetting(() => {
    throw new Error("switched off");
  });
  without.set(false);
  assert.equal(without.isOn.value, false);
});

test("a sentence that is said twice is heard twice, and no sentence is none", () => {
  const announcement = new Announcement();
  const texts = ["Copied", "Copied", "Copied", "", ""].map((sentence) => {
    announcement.value = sentence;
    return announcement.value;
  });
  assert.deepEqual(texts, ["Copied", "Copied\u00a0", "Copied", "", ""]);
});

test("what everybody has to read stays until it is closed, whatever else is said", () => {
  const announcement = new Announcement();
  announcement.warn("Only admins delete tickets");
  assert.deepEqual(
    [announcement.value, announcement.warnings.value],
    ["Only admins delete tickets", ["Only admins delete tickets"]],
  );
  announcement.value = "Copied";
  announcement.warn("Tickets of two projects cannot be merged");
  announcement.warn("Only admins delete tickets");
  assert.deepEqual(announcement.warnings.value, [
    "Tickets of two projects cannot be merged",
    "Only admins delete tickets",
  ]);
});
