import assert from "node:assert/strict";
import { test } from "node:test";
import { event, message, ticket, user } from "../fixtures.ts";
import { newsOf } from "./news.ts";

const BOB = user("bob");
const CAROL = user("carol", { role: "customer" });

function kindFor(me: typeof BOB, ...[seq, kind, fields]: Parameters<typeof event>): string | null {
  return newsOf("p", event(seq, kind, fields), me)?.kind ?? null;
}

test("a new ticket is news to agents, unless they have filed it themselves", () => {
  assert.equal(kindFor(BOB, 1, "ticket.created", { ticket: ticket(1) }), "ticket");
  assert.equal(kindFor(CAROL, 1, "ticket.created", { ticket: ticket(1) }), null);
  assert.equal(kindFor(BOB, 1, "ticket.created", { ticket: ticket(1, { customer: "bob" }) }), null);
  assert.equal(kindFor(BOB, 1, "ticket.created", { ticket: ticket(1, { followers: ["bob"] }) }), null);
  assert.equal(newsOf("p", event(1, "ticket.created", { ticket: ticket(1) }), null), null);
});

test("a reply is news to the customer, and to agents who take part", () => {
  const reply = { ticket: ticket(1), message: message(2, { author: "alice" }) };
  assert.equal(kindFor(CAROL, 2, "message.replied", reply), "reply");
  assert.equal(kindFor(BOB, 2, "message.replied", reply), null);
  for (const part of [{ assignee: "bob" }, { followers: ["bob"] }, { customer: "bob" }]) {
    assert.equal(kindFor(BOB, 2, "message.replied", { ...reply, ticket: ticket(1, part) }), "reply");
  }
  const own = { ticket: ticket(1, { assignee: "bob" }), message: message(2, { author: "bob" }) };
  assert.equal(kindFor(BOB, 2, "message.replied", own), null);
});

test("a note is news to who is mentioned in it, by their whole id", () => {
  const note = (body: string) => ({ ticket: ticket(1), message: message(2, { author: "alice", kind: "note", body }) });
  assert.equal(kindFor(BOB, 2, "message.noted", note("Can you, @bob?")), "mention");
  assert.equal(kindFor(BOB, 2, "message.noted", note("So says @bob.")), "mention");
  for (const body of ["@bobby", "mail to x@bob", "bob", "a/@bob"]) {
    assert.equal(kindFor(BOB, 2, "message.noted", note(body)), null, body);
  }
});

test("a change that brings no text is none", () => {
  assert.equal(kindFor(BOB, 3, "ticket.updated", { ticket: ticket(1, { assignee: "bob" }) }), null);
  assert.equal(kindFor(BOB, 3, "message.edited", { ticket: ticket(1), message: message(2, { body: "@bob" }) }), null);
});

test("what is shown of a text is one line that fits", () => {
  const long = {
    ticket: ticket(1, { assignee: "bob" }),
    message: message(2, { author: "carol", body: "a\n\n b ".repeat(90) }),
  };
  const news = newsOf("p", event(7, "message.replied", long), BOB);
  assert.deepEqual([news?.key, news?.author, news?.text.length, news?.text.at(-1)], ["p/7", "Bob", 140, "…"]);
  assert.doesNotMatch(news?.text ?? "", /\n/);
});

test("its words are plain", () => {
  const written = {
    ticket: ticket(1, { assignee: "bob" }),
    message: message(2, { author: "carol", body: "It is **back**.\n\n- thanks" }),
  };
  assert.equal(newsOf("p", event(2, "message.replied", written), BOB)?.text, "It is back. thanks");
});
