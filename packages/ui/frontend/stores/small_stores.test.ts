import assert from "node:assert/strict";
import { test } from "node:test";
import { announce } from "./announcement.ts";
import { event, message, ticket } from "./fixtures.ts";
import { KeySetting } from "./key_setting.ts";
import {
  DEVICES,
  hashOfAddress,
  INBOX,
  listHref,
  NEW,
  parseRoute,
  savedName,
  signInHref,
  threadHref,
} from "./route.ts";
import { Drafts, draftKey } from "./tickets/drafts.ts";
import { RetryToken } from "./tickets/retry_token.ts";

test("an address names its view, and one that names none is the list", () => {
  assert.deepEqual(parseRoute(INBOX), { view: "inbox", list: null });
  assert.deepEqual(parseRoute(""), { view: "inbox", list: null });
  assert.deepEqual(parseRoute(NEW), { view: "new" });
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

test("a ticket's address is read as it was written", () => {
  assert.deepEqual(parseRoute(threadHref("a/b c", 12)), { view: "thread", project: "a/b c", ticketId: 12 });
  assert.deepEqual(parseRoute("#/tickets/%E0%A4%A/1"), { view: "thread", project: "%E0%A4%A", ticketId: 1 });
});

test("a draft is saved for its user and place, and forgotten when it is empty", () => {
  const stored = new Map<string, string>();
  const drafts = new Drafts(() => ({
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, text) => void stored.set(key, text),
    removeItem: (key) => void stored.delete(key),
  }));
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

test("the same text has the same token until it was sent", () => {
  const token = new RetryToken({ read: () => "", save: () => {} });
  const first = token.tokenFor("text");
  assert.match(first, /^[0-9a-f]{32}$/);
  assert.equal(token.tokenFor("text"), first);
  const other = token.tokenFor("other");
  assert.notEqual(other, first);
  token.renew();
  assert.notEqual(token.tokenFor("other"), other);
});

test("a token stays with its draft, over a reload and until the draft is sent or emptied", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
  const reloaded = () => new Drafts(() => storage).token("a");
  const first = reloaded().tokenFor("text");
  assert.equal(reloaded().tokenFor("text"), first);
  assert.notEqual(new Drafts(() => storage).token("b").tokenFor("text"), first);
  const other = reloaded().tokenFor("text, and more");
  assert.notEqual(other, first);
  reloaded().renew();
  assert.notEqual(reloaded().tokenFor("text, and more"), other);
  new Drafts(() => storage).save("a", "");
  new Drafts(() => storage).save("b", "");
  assert.equal(kept.size, 0);
  kept.set("a/token", '{"not": "one"}');
  assert.match(reloaded().tokenFor("text"), /^[0-9a-f]{32}$/);
});

test("a token stays with its draft while the page is open where storage is switched off", () => {
  const drafts = new Drafts(() => {
    throw new Error("switched off");
  });
  const first = drafts.token("a").tokenFor("text");
  assert.equal(drafts.token("a").tokenFor("text"), first);
});

test("news are a sentence, and one's own doing is none", () => {
  const filed = event(1, "ticket.created", { ticket: ticket(1) });
  assert.equal(announce(filed, "bob"), "New ticket from Carol: Ticket 1");
  assert.equal(announce(filed, "carol"), null);
  const noted = event(2, "message.noted", { ticket: ticket(1), message: message(1, { kind: "note" }) });
  assert.equal(announce(noted, "alice"), "Bob wrote a note on Ticket 1");
  assert.equal(announce(event(3, "ticket.updated", { ticket: ticket(1) }), "alice"), null);
  assert.equal(announce(event(4, "ticket.hidden"), "alice"), null);
});

test("the keys stay off where they were turned off, also without storage while the page is open", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  assert.equal(new KeySetting(() => storage).isOn.value, true);
  new KeySetting(() => storage).set(false);
  assert.equal(new KeySetting(() => storage).isOn.value, false);
  const without = new KeySetting(() => {
    throw new Error("switched off");
  });
  without.set(false);
  assert.equal(without.isOn.value, false);
});
