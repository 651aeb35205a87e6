import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { signal } from "@preact/signals-core";
import { ApiError } from "../../api/errors.ts";
import type { Event } from "../../api/wire.ts";
import { mapStorage } from "../../testing/map_storage.ts";
import { event, FakeServer, message, page, settle, ticket, user } from "../fixtures.ts";
import { Project } from "../project.ts";
import { copyName, LocalCopies, parseCopy } from "./local_copies.ts";
import { ProjectDrafts } from "./project_drafts.ts";
import { PAUSE_MS } from "./save_timer.ts";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
afterEach(() => mock.timers.reset());

const REPLY = { ticketId: 1, kind: "reply" } as const;

/** A project whose user is Bob, whose stream is live, and a draft of his that the server has. */
async function opened() {
  const server = new FakeServer();
  const kept = new Map<string, string>();
  const isVisible = signal(true);
  const project = new Project({
    ...{ id: "p", name: "P", call: server.call, release: server.release, openStream: server.openStream },
    ...{ signIn: null, isVisible, onEvent: () => {} },
  });
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 1));
  server.listener?.open();
  const copies = new LocalCopies(() => mapStorage(kept));
  const drafts = new ProjectDrafts(project, copies);
  const draft = drafts.draft(REPLY);
  draft.open();
  await server.answer("draft.get", null);
  draft.set({ body: "one" });
  mock.timers.tick(PAUSE_MS);
  await server.answer("draft.save", { body: "one", updated_at: 10 });
  const hear = (heard: Event) => server.listener?.event(heard);
  return { server, drafts, draft, hear, isVisible, kept };
}

function marked(seq: number, version: number, kind: "reply" | "note" = "reply"): Event {
  return event(seq, "draft.saved", { record: { noun: "draft", ticket_id: 1, kind, updated_at: version } });
}

test("a draft has one object, and one of another kind or ticket is another", async () => {
  const { drafts, draft } = await opened();
  assert.equal(drafts.draft(REPLY), draft);
  assert.notEqual(drafts.draft({ ticketId: 1, kind: "note" }), draft);
  assert.notEqual(drafts.draft({ ticketId: null, kind: "reply" }), draft);
});

test("what is saved elsewhere is asked for, what is saved here or of another draft is not", async () => {
  const { server, draft, hear } = await opened();
  hear(marked(2, 10));
  hear(marked(3, 20, "note"));
  assert.deepEqual(server.asked, []);
  hear(marked(4, 20));
  await server.answer("draft.get", { title: "", body: "two", attachments: [], client_token: null, updated_at: 20 });
  assert.equal(draft.content.value.body, "two");
});

test("what is sent elsewhere is gone, and what was typed since is not", async () => {
  const gone = { noun: "removed", of: "draft", key: "1/reply" } as const;
  for (const [said, author, left] of [
    ["one", "bob", ""],
    ["an earlier text", "bob", "one"],
    // Another's message is none of this draft's.
    ["an earlier text", "alice", ""],
  ] as const) {
    const { draft, hear } = await opened();
    const sent = message(5, { author, body: said });
    hear(event(2, "message.replied", { ticket: ticket(1), message: sent }));
    hear(event(3, "draft.deleted", { record: gone }));
    assert.equal(draft.content.value.body, left, `${author}: ${said}`);
  }
});

test("a page that is put aside saves, and one that comes back asks", async () => {
  const { server, draft, isVisible } = await opened();
  draft.set({ body: "one, two" });
  isVisible.value = false;
  await server.answer("draft.save", { body: "one, two", updated_at: 11 });
  isVisible.value = true;
  assert.deepEqual(
    server.asked.map(({ method }) => method),
    ["draft.get"],
  );
});

test("a store that is closed saves nothing more", async () => {
  const { server, drafts, draft, hear } = await opened();
  draft.set({ body: "one, two" });
  drafts.close();
  hear(marked(2, 30));
  mock.timers.tick(60_000);
  await settle();
  assert.deepEqual(server.asked, []);
});

test("a copy of another tab is taken by the draft of its name", async () => {
  const { drafts, draft } = await opened();
  const copy = { title: "", body: "there", files: [], token: "t", version: 10, isSaved: false };
  drafts.copied(copyName("alice", "p", 1, "reply"), JSON.stringify(copy));
  assert.equal(draft.content.value.body, "one");
  drafts.copied(copyName("bob", "p", 1, "reply"), JSON.stringify(copy));
  assert.equal(draft.content.value.body, "there");
});

test("what is no copy is none", () => {
  const copy = { title: "", body: "b", files: [{ attachment_id: 1 }, null], token: "t", version: 1, isSaved: true };
  assert.deepEqual(parseCopy(JSON.stringify(copy))?.files, []);
  for (const text of [null, "", "b", "[]", "null", '{"body": 1}', JSON.stringify({ ...copy, version: "1" })]) {
    assert.equal(parseCopy(text), null, String(text));
  }
});

test("what is written on a ticket that is merged goes on on the other one", async () => {
  const { server, drafts, draft, kept } = await opened();
  const into = drafts.draft({ ticketId: 5, kind: "reply" });
  into.set({ body: "two" });
  const end = drafts.goOn(1, 5);
  assert.deepEqual([draft.content.value.body, into.content.value.body], ["", "one\n\ntwo"]);
  await server.answer("draft.delete", true);
  // A reply that was on its way comes back refused.
  draft.putBack({ content: { title: "", body: "zero", files: [] }, token: "sent" });
  assert.deepEqual([draft.content.value.body, into.content.value.body], ["", "zero\n\none\n\ntwo"]);
  mock.timers.tick(PAUSE_MS);
  await settle();
  const saved = server.asked.filter(({ method }) => method === "draft.save").map(({ params }) => params);
  assert.deepEqual(
    saved.map((params) => (params as { ticket_id: number }).ticket_id),
    [5],
  );
  assert.equal(parseCopy(kept.get(copyName("bob", "p", 5, "reply")) ?? "")?.body, "zero\n\none\n\ntwo");
  end();
  draft.set({ body: "stays" });
  assert.equal(draft.content.value.body, "stays");
});

test("what was begun on a ticket that takes no more goes on in the form of a new one", async () => {
  const { server, drafts, draft } = await opened();
  const fresh = drafts.draft({ ticketId: null, kind: "reply" });
  fresh.set({ title: "VPN", body: "two" });
  drafts.goOnAsNew(1);
  assert.deepEqual(
    [draft.content.value.body, fresh.content.value],
    ["", { title: "VPN", body: "one\n\ntwo", files: [] }],
  );
  await server.answer("draft.delete", true);
  drafts.goOnAsNew(1);
  assert.equal(fresh.content.value.body, "one\n\ntwo", "nothing is there to move");
});

test("a save that is on its way when the text moves does not bring it back where it was", async () => {
  const { server, drafts, draft } = await opened();
  draft.set({ body: "one and more" });
  mock.timers.tick(PAUSE_MS);
  await settle();
  assert.deepEqual(
    server.asked.map(({ method }) => method),
    ["draft.save"],
  );
  drafts.goOnAsNew(1);
  await settle();
  assert.deepEqual(
    server.asked.map(({ method }) => method),
    ["draft.save"],
    "a deletion would be overtaken",
  );
  await server.answer("draft.save", { body: "one and more", updated_at: 20 });
  mock.timers.tick(PAUSE_MS);
  await settle();
  assert.deepEqual(
    server.asked.filter(({ method }) => method === "draft.delete").map(({ params }) => params),
    [{ ticket_id: 1, kind: "reply", based_on: 20 }],
  );
  assert.equal(draft.content.value.body, "");
});

test("what another device wrote on at the moment of the move is not deleted, and is shown where it is", async () => {
  const { server, drafts, draft } = await opened();
  drafts.goOnAsNew(1);
  await settle();
  assert.deepEqual(
    server.asked.filter(({ method }) => method === "draft.delete").map(({ params }) => params),
    [{ ticket_id: 1, kind: "reply", based_on: 10 }],
    "the draft is deleted as it was moved",
  );
  await server.fail(
    "draft.delete",
    new ApiError("moved", { reason: "draft-moved", data: { sent: null, updated_at: 20 } }),
  );
  const theirs = { title: "", body: "one, two", attachments: [], client_token: draft.token, updated_at: 20 };
  await server.answer("draft.get", theirs);
  assert.equal(draft.content.value.body, "one, two");
  mock.timers.tick(PAUSE_MS);
  await settle();
  assert.deepEqual(
    server.asked.filter(({ method }) => method === "draft.delete"),
    [],
  );
  // It says all that was moved before, and more.
  drafts.goOnAsNew(1);
  const fresh = drafts.draft({ ticketId: null, kind: "reply" });
  assert.equal(fresh.content.value.body, "one, two");
});

test("what another device wrote on at the moment of a merge goes on on the other ticket as well", async () => {
  const { server, drafts } = await opened();
  const into = drafts.draft({ ticketId: 5, kind: "reply" });
  drafts.goOn(1, 5);
  // Of the note.
  await server.answer("draft.get", null);
  await server.fail(
    "draft.delete",
    new ApiError("moved", { reason: "draft-moved", data: { sent: null, updated_at: 20 } }),
  );
  const theirs = { title: "", body: "one, two", attachments: [], client_token: "t", updated_at: 20 };
  await server.answer("draft.get", theirs);
  assert.equal(into.content.value.body, "one, two");
});

test("a text that moves is sent with the token that it had: one that has arrived is not sent a second time", async () => {
  const { drafts, draft } = await opened();
  const { token } = draft;
  const into = drafts.draft({ ticketId: 5, kind: "reply" });
  drafts.goOn(1, 5);
  assert.deepEqual([into.content.value.body, into.token], ["one", token]);
  const { drafts: others, draft: other } = await opened();
  const begun = others.draft({ ticketId: 5, kind: "reply" });
  begun.set({ body: "two" });
  const own = begun.token;
  others.goOn(1, 5);
  assert.deepEqual([other.content.value.body, begun.token], ["", own], "two texts are another one");
});

test("a text that the server has in an earlier version is deleted there when it moves", async () => {
  const { server, drafts, draft } = await opened();
  draft.set({ body: "one, and not saved yet" });
  drafts.goOnAsNew(1);
  await settle();
  assert.deepEqual(
    server.asked.filter(({ method }) => method === "draft.delete").map(({ params }) => params),
    [{ ticket_id: 1, kind: "reply", based_on: 10 }],
  );
});

test("what waits for a save is not asked once its author is not here any more", async () => {
  const { server, drafts, draft } = await opened();
  draft.set({ body: "one and more" });
  mock.timers.tick(PAUSE_MS);
  await settle();
  drafts.goOnAsNew(1);
  drafts.close();
  await server.answer("draft.save", { body: "one and more", updated_at: 20 });
  await settle();
  assert.deepEqual(
    server.asked.map(({ method }) => method),
    [],
    "it would be the next user's draft that is deleted",
  );
});
