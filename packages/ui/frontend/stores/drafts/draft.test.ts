import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { ApiError, NO_ANSWER } from "../../api/errors.ts";
import type { Draft as ServerDraft } from "../../api/wire.ts";
import { mapStorage } from "../../testing/map_storage.ts";
import { FakeServer, settle } from "../fixtures.ts";
import { Draft } from "./draft.ts";
import { LocalCopies } from "./local_copies.ts";
import { LONGEST_MS, PAUSE_MS, RETRY_MS } from "./save_timer.ts";

const NAME = "a draft";
const SAVED = 100;

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
afterEach(() => mock.timers.reset());

function draftOf(body: string, version = SAVED, fields: Partial<ServerDraft> = {}): ServerDraft {
  const key = { ticket_id: 1, kind: "reply" as const, title: "", client_token: "theirs" };
  return { ...key, attachments: [], body, updated_at: version, ...fields };
}

function newDraft(kept = new Map<string, string>(), ticketId: number | null = 1) {
  const server = new FakeServer();
  const copies = new LocalCopies(() => mapStorage(kept));
  const draft = new Draft({ ticketId, kind: "reply" }, server.call, copies, NAME);
  return { server, draft, kept, copies };
}

/** A draft whose form is shown, and whose text the server has. */
async function savedDraft(body: string, ticketId: number | null = 1) {
  const made = newDraft(undefined, ticketId);
  made.draft.open();
  await made.server.answer("draft.get", null);
  made.draft.set({ body });
  mock.timers.tick(PAUSE_MS);
  await made.server.answer("draft.save", draftOf(body));
  return made;
}

function params(server: FakeServer, method: string): Record<string, unknown> | undefined {
  return server.asked.find((asked) => asked.method === method)?.params as Record<string, unknown> | undefined;
}

function moved(sent: string | null, version: number): ApiError {
  return new ApiError("moved", { reason: "draft-moved", data: { sent, updated_at: version } });
}

test("what is typed is saved after a pause, on the version that it goes on from, with its token", async () => {
  const { server, draft } = await savedDraft("Dear Carol");
  draft.set({ body: "Dear Carol," });
  mock.timers.tick(PAUSE_MS - 1);
  assert.equal(params(server, "draft.save"), undefined);
  mock.timers.tick(1);
  const saved = params(server, "draft.save");
  assert.deepEqual([saved?.body, saved?.based_on, saved?.client_token], ["Dear Carol,", SAVED, draft.token]);
  await server.answer("draft.save", draftOf("Dear Carol,", 101));
  assert.equal(draft.isUnsaved, false);
});

test("who types without a pause is saved too", async () => {
  const { server, draft } = await savedDraft("a");
  for (let typed = 0; typed < LONGEST_MS; typed += PAUSE_MS / 2) {
    draft.set({ body: `${draft.content.value.body}b` });
    mock.timers.tick(PAUSE_MS / 2);
  }
  assert.notEqual(params(server, "draft.save"), undefined);
});

test("a text survives a reload with its token, before the server has it", async () => {
  const { draft, kept } = newDraft();
  draft.set({ body: "half a" });
  const { draft: reloaded, server } = newDraft(kept);
  assert.deepEqual([reloaded.content.value.body, reloaded.token], ["half a", draft.token]);
  reloaded.open();
  await server.answer("draft.get", null);
  mock.timers.tick(PAUSE_MS);
  assert.equal(params(server, "draft.save")?.body, "half a");
});

test("what was written on another device is taken where nothing was written here", async () => {
  const { server, draft } = await savedDraft("one");
  const replaced = draft.replaced.value;
  draft.heardSaved(SAVED);
  assert.equal(server.asked.length, 0, "one's own save is no news");
  draft.heardSaved(200);
  await server.answer("draft.get", draftOf("two", 200));
  assert.deepEqual([draft.content.value.body, draft.token, draft.other.value], ["two", "theirs", null]);
  assert.equal(draft.replaced.value, replaced + 1);
});

test("two texts that were written at the same time are both shown, and none is lost", async () => {
  for (const [choice, expected] of [
    ["mine", "mine"],
    ["other", "theirs"],
    ["both", "theirs\n\nmine"],
  ] as const) {
    const { server, draft } = await savedDraft("one");
    draft.set({ body: "mine" });
    mock.timers.tick(PAUSE_MS);
    await server.fail("draft.save", moved(null, 200));
    await server.answer("draft.get", draftOf("theirs", 200));
    assert.equal(draft.other.value?.content.body, "theirs");
    assert.equal(draft.content.value.body, "mine");
    mock.timers.tick(LONGEST_MS);
    assert.equal(params(server, "draft.save"), undefined, "nothing is overwritten before the choice");
    draft.resolve(choice);
    assert.deepEqual([draft.content.value.body, draft.other.value], [expected, null]);
    mock.timers.tick(PAUSE_MS);
    assert.equal(params(server, "draft.save")?.based_on, choice === "other" ? undefined : 200);
  }
});

test("a text that goes on from the other one needs no choice", async () => {
  const { server, draft } = await savedDraft("one");
  draft.set({ body: "one, two and three" });
  draft.heardSaved(200);
  await server.answer("draft.get", draftOf("one, two", 200));
  assert.equal(draft.other.value, null);
  mock.timers.tick(PAUSE_MS);
  assert.deepEqual(
    [params(server, "draft.save")?.body, params(server, "draft.save")?.based_on],
    ["one, two and three", 200],
  );
});

test("an answer that was lost is found by the version, and saved once", async () => {
  const { server, draft } = await savedDraft("one");
  draft.set({ body: "two" });
  mock.timers.tick(PAUSE_MS);
  await server.fail("draft.save", new ApiError("gone", { reason: NO_ANSWER }));
  mock.timers.tick(RETRY_MS[0] ?? 0);
  await server.fail("draft.save", moved(null, 200));
  await server.answer("draft.get", draftOf("two", 200));
  assert.deepEqual([draft.other.value, draft.isUnsaved], [null, false]);
});

test("what is sent leaves the form at once, and what was saved too late does not bring it back", async () => {
  const { server, draft, kept } = await savedDraft("one");
  draft.set({ body: "one and all" });
  mock.timers.tick(PAUSE_MS);
  const { content, token } = draft.take();
  assert.deepEqual([content.body, draft.content.value.body], ["one and all", ""]);
  assert.notEqual(draft.token, token);
  await server.fail("draft.save", moved("one and all", 0));
  await server.answer("draft.get", null);
  assert.deepEqual([draft.content.value.body, server.asked.length], ["", 0]);
  draft.heardSent("one and all");
  draft.heardDeleted();
  mock.timers.tick(LONGEST_MS);
  await settle();
  assert.deepEqual([server.asked.length, newDraft(kept).draft.content.value.body], [0, ""]);
});

test("what is typed while the last text is on its way is another draft", async () => {
  const { server, draft } = await savedDraft("one");
  const { token } = draft.take();
  draft.set({ body: "the next" });
  mock.timers.tick(PAUSE_MS);
  const saved = params(server, "draft.save");
  assert.deepEqual([saved?.body, saved?.based_on], ["the next", SAVED]);
  assert.notEqual(saved?.client_token, token);
  await server.answer("draft.save", draftOf("the next", 101, { client_token: draft.token }));
  draft.heardSent("one");
  assert.equal(draft.content.value.body, "the next");
});

test("the same words, written again while the first ones are on their way, stay", async () => {
  const { server, draft } = await savedDraft("Still working on it");
  draft.take();
  draft.set({ body: "Still working on it" });
  draft.heardSent("Still working on it");
  draft.heardDeleted();
  draft.refresh();
  await server.answer("draft.get", null);
  assert.equal(draft.content.value.body, "Still working on it");
});

test("the words that were just sent may be written again, and are another draft", async () => {
  const { server, draft } = await savedDraft("Still on it");
  const { token } = draft.take();
  draft.set({ body: "Still on it" });
  // An answer that was on its way tells of the text that is being sent.
  draft.heardSaved(101);
  await server.answer("draft.get", draftOf("Still on it", 101, { client_token: token }));
  assert.notEqual(draft.token, token);
  draft.heardSent("Still on it");
  draft.heardDeleted();
  assert.equal(draft.content.value.body, "Still on it");
  mock.timers.tick(PAUSE_MS);
  await server.answer("draft.save", draftOf("Still on it", 200, { client_token: draft.token }));
  draft.heardSent("Still on it");
  draft.heardDeleted();
  assert.equal(draft.content.value.body, "", "it was sent from another device");
});

test("what is being sent does not come back into its form", async () => {
  const { server, draft } = await savedDraft("one");
  const { token } = draft.take();
  draft.heardSaved(101);
  await server.answer("draft.get", draftOf("one", 101, { client_token: token }));
  assert.equal(draft.content.value.body, "");
});

test("what is taken back is the same draft again, before what was typed since", async () => {
  const { draft } = await savedDraft("one");
  const taken = draft.take();
  draft.putBack(taken);
  assert.deepEqual([draft.content.value.body, draft.token], ["one", taken.token]);
  const again = draft.take();
  draft.set({ body: "the next" });
  draft.putBack(again);
  assert.equal(draft.content.value.body, "one\n\nthe next");
  draft.putBack({ content: draft.content.value, token: "" });
  assert.equal(draft.content.value.body, "one\n\nthe next", "once");
});

test("a draft that was sent from another device is gone here", async () => {
  const { draft } = await savedDraft("one");
  draft.heardSent("one");
  draft.heardDeleted();
  assert.equal(draft.content.value.body, "");
});

test("what was typed here stays when an earlier text of the draft was sent elsewhere", async () => {
  const { server, draft } = await savedDraft("one, and more");
  const { token } = draft;
  draft.heardSent("one");
  draft.heardDeleted();
  assert.equal(draft.content.value.body, "one, and more");
  mock.timers.tick(PAUSE_MS);
  assert.equal(params(server, "draft.save")?.based_on, 0);
  assert.notEqual(draft.token, token);
});

test("a draft that was emptied elsewhere is empty here, unless something was typed since", async () => {
  const { draft } = await savedDraft("one");
  draft.heardDeleted();
  assert.equal(draft.content.value.body, "");
  const { draft: typed } = await savedDraft("one");
  typed.set({ body: "one, two" });
  typed.heardDeleted();
  assert.equal(typed.content.value.body, "one, two");
});

test("a text that turns out to be sent is gone, one that goes on from it is another draft", async () => {
  for (const [typed, left] of [
    ["one, all of it", ""],
    ["one, all of it, and more", "one, all of it, and more"],
  ] as const) {
    const { server, draft } = await savedDraft("one");
    const { token } = draft;
    draft.set({ body: typed });
    mock.timers.tick(PAUSE_MS);
    await server.fail("draft.save", moved("one, all of it", 0));
    await server.answer("draft.get", null);
    assert.equal(draft.content.value.body, left);
    assert.notEqual(draft.token, token);
  }
});

test("a new ticket that turns out to be filed keeps its token, with what was added, and is saved no more", async () => {
  const { server, draft } = await savedDraft("one", null);
  const { token } = draft;
  draft.set({ body: "one, and more" });
  mock.timers.tick(PAUSE_MS);
  await server.fail("draft.save", moved("one", 0));
  await server.answer("draft.get", null);
  assert.deepEqual([draft.content.value.body, draft.token], ["one, and more", token]);
  draft.set({ body: "one, and more, and all" });
  mock.timers.tick(LONGEST_MS);
  draft.flush();
  await settle();
  assert.deepEqual([draft.token, server.asked], [token, []]);
  draft.take();
  draft.set({ body: "the next" });
  mock.timers.tick(PAUSE_MS);
  assert.notEqual(params(server, "draft.save")?.client_token, token);
});

test("a new ticket whose draft is gone keeps its token: it may have been filed", async () => {
  const { draft } = await savedDraft("one", null);
  const { token } = draft;
  draft.set({ body: "one, and more" });
  draft.heardSent("one");
  draft.heardDeleted();
  assert.deepEqual([draft.content.value.body, draft.token], ["one, and more", token]);
});

test("an emptied text is deleted on the server", async () => {
  const { server, draft, kept } = await savedDraft("one");
  draft.set({ body: "" });
  mock.timers.tick(PAUSE_MS);
  assert.equal(params(server, "draft.delete")?.based_on, SAVED);
  await server.answer("draft.delete", true);
  assert.equal(kept.size, 0);
});

test("another tab of the browser shows the copy, and leaves the saving to the one that typed it", async () => {
  const { draft, copies } = newDraft();
  draft.set({ body: "typed there" });
  const { server, draft: other } = newDraft();
  other.open();
  await server.answer("draft.get", null);
  other.copied(copies.read(NAME));
  assert.deepEqual([other.content.value.body, other.token], ["typed there", draft.token]);
  mock.timers.tick(LONGEST_MS);
  assert.deepEqual(server.asked, []);
  other.set({ body: "typed here" });
  other.copied(copies.read(NAME));
  assert.equal(other.content.value.body, "typed here");
});

test("an outage loses nothing, and the text is saved when it ends", async () => {
  const { server, draft } = await savedDraft("one");
  draft.set({ body: "two" });
  for (const wait of [PAUSE_MS, ...RETRY_MS, RETRY_MS.at(-1) ?? 0]) {
    mock.timers.tick(wait);
    await server.fail("draft.save", new ApiError("down", { reason: NO_ANSWER }));
  }
  draft.flush();
  await server.answer("draft.save", draftOf("two", 200));
  assert.equal(draft.isUnsaved, false);
});

test("files are a part of the draft", async () => {
  const { server, draft, kept } = await savedDraft("one");
  const file = { attachment_id: 7, name: "a", size: 1, type: "text/plain", width: null, height: null };
  draft.set({ files: [file] });
  mock.timers.tick(PAUSE_MS);
  assert.deepEqual(params(server, "draft.save")?.attachments, [7]);
  assert.deepEqual(newDraft(kept).draft.content.value.files, [file]);
});

test("what one user has written is never saved as another's", async () => {
  const { server, draft, kept } = await savedDraft("Dear Carol");
  const leave = draft.open();
  draft.set({ body: "Dear Carol, half a" });
  mock.timers.tick(PAUSE_MS);
  draft.close();
  await server.fail("draft.save", new ApiError("no answer", { reason: NO_ANSWER }));
  // The form goes after the draft was closed, and a file arrives later still.
  leave();
  draft.set({ body: "Dear Carol, half a word" });
  draft.refresh();
  mock.timers.tick(10 * LONGEST_MS);
  await settle();
  assert.deepEqual(
    server.asked.map(({ method }) => method),
    [],
  );
  assert.equal(JSON.parse(kept.get(NAME) ?? "").body, "Dear Carol, half a word");
});
