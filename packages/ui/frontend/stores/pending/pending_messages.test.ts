import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { ApiError, NO_ANSWER } from "../../api/errors.ts";
import type { Message } from "../../api/wire.ts";
import { mapStorage } from "../../testing/map_storage.ts";
import type { Taken } from "../drafts/taken.ts";
import { message, settle } from "../fixtures.ts";
import { PendingMessages } from "./pending_messages.ts";
import { hasPending, PendingCopies, type PendingMessage } from "./pending_storage.ts";

const UNDO_MS = 5_000;
const LOST = new ApiError("no answer", { reason: NO_ANSWER });

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 }));
afterEach(() => mock.timers.reset());

type Asked = { token: string; answer: (message: Message) => Promise<void>; fail: (error: unknown) => Promise<void> };

/** The messages on their way of one page; `kept` is its browser's storage. */
function open(kept = new Map<string, string>()) {
  const asked: Asked[] = [];
  const last: string[] = [];
  const sent: number[] = [];
  const back: Taken[] = [];
  const pending = new PendingMessages({
    copies: new PendingCopies(() => mapStorage(kept), "bob", "p"),
    send: ({ token }) =>
      new Promise((resolve, reject) => {
        const end =
          <Value>(run: (value: Value) => void) =>
          async (value: Value) => {
            run(value);
            await settle();
            await settle();
          };
        asked.push({ token, answer: end(resolve), fail: end(reject) });
      }),
    sendLast: ({ token }) => last.push(token),
    sent: (_, { message_id: id }) => sent.push(id),
    putBack: (_, taken) => back.push(taken),
  });
  return { pending, asked, last, sent, back, kept };
}

function written(token: string, fields: Partial<PendingMessage> = {}): PendingMessage {
  return {
    token,
    ticketId: 1,
    kind: "reply",
    content: { title: "", body: `text ${token}`, files: [] },
    lastSeen: 0,
    status: null,
    writtenAt: Date.now(),
    dueAt: Date.now() + UNDO_MS,
    tries: 0,
    ...fields,
  };
}

function arrived(token: string, id = 7): Message {
  return message(id, { body: `text ${token}` });
}

function states({ pending }: ReturnType<typeof open>): string[] {
  return pending.list.value.map(({ state }) => state.value);
}

test("a message shows at once, waits for its undo to end, and is sent then", async () => {
  const page = open();
  page.pending.add(written("a"));
  assert.deepEqual([states(page), page.asked.length], [["waiting"], 0]);
  mock.timers.tick(UNDO_MS);
  assert.deepEqual([states(page), page.asked.length], [["sending"], 1]);
  await page.asked[0]?.answer(arrived("a"));
  assert.deepEqual([page.sent, page.pending.list.value, page.kept.size], [[7], [], 0]);
});

test("what is taken back is not sent, and its text is back with its token", () => {
  const page = open();
  page.pending.add(written("a"));
  assert.equal(page.pending.undo("a")?.token, "a");
  mock.timers.tick(UNDO_MS * 2);
  assert.deepEqual([page.asked, page.back[0]?.token, page.kept.size], [[], "a", 0]);
  page.pending.add(written("b"));
  mock.timers.tick(UNDO_MS);
  assert.equal(page.pending.undo("b"), null, "it has left");
});

test("what has no answer is sent again with its token until it has one", async () => {
  const page = open();
  page.pending.add(written("a", { dueAt: 0 }));
  for (let tries = 0; tries < 6; tries += 1) {
    await page.asked[tries]?.fail(LOST);
    assert.deepEqual(states(page), ["lost"]);
    mock.timers.tick(15_000);
    await settle();
  }
  assert.deepEqual(new Set(page.asked.map(({ token }) => token)), new Set(["a"]));
  await page.asked.at(-1)?.answer(arrived("a"));
  assert.deepEqual([page.sent, page.kept.size], [[7], 0]);
});

test("what has no answer can be taken back, with the token that it may have arrived with", async () => {
  const page = open();
  page.pending.add(written("a", { dueAt: 0 }));
  await page.asked[0]?.fail(LOST);
  assert.equal(page.pending.list.value[0]?.problem.value, LOST);
  page.pending.undo("a");
  mock.timers.tick(60_000);
  await settle();
  assert.deepEqual([page.asked.length, page.back[0]?.token, page.kept.size], [1, "a", 0]);
});

test("what an event has brought is not shown a second time, and is still asked for", async () => {
  const page = open();
  const shown = () =>
    page.pending.list.value.filter(({ isHere }) => !isHere.value).map(({ message: { token } }) => token);
  const same = { content: { title: "", body: "the same words", files: [] }, dueAt: 0 };
  page.pending.add(written("a", same));
  page.pending.add(written("b", same));
  page.pending.add(written("c", { content: same.content, ticketId: 2 }));
  await page.asked[0]?.fail(LOST);
  page.pending.heard(message(7, { body: "the same words", kind: "note" }));
  page.pending.heard(message(7, { body: "other words" }));
  assert.deepEqual(shown(), ["a", "b", "c"]);
  page.pending.heard(message(7, { body: "the same words" }));
  assert.deepEqual(shown(), ["b", "c"]);
  page.pending.heard(message(8, { body: "the same words", ticket_id: 2 }));
  assert.deepEqual(shown(), ["b", "c"], "what has not left is not here");
  mock.timers.tick(2_000);
  await settle();
  assert.deepEqual(page.asked.at(-1)?.token, "a");
});

test("the end of an outage is not waited for", async () => {
  const page = open();
  page.pending.add(written("a", { dueAt: 0 }));
  await page.asked[0]?.fail(LOST);
  page.pending.resume();
  await settle();
  assert.equal(page.asked.length, 2);
});

test("a page that is left between the send and its answer sends with the next page, with the same token", async () => {
  const page = open();
  page.pending.add(written("a", { dueAt: 0 }));
  const next = open(page.kept);
  assert.deepEqual([states(next), next.asked[0]?.token], [["sending"], "a"]);
  await next.asked[0]?.answer(arrived("a"));
  assert.equal(
    hasPending(() => mapStorage(page.kept)),
    false,
  );
});

test("a page that is left before the undo has ended sends, and is not asked twice", () => {
  const page = open();
  page.pending.add(written("a"));
  page.pending.leave();
  assert.deepEqual(page.last, ["a"]);
  assert.equal(page.pending.undo("a"), null);
  assert.equal(
    hasPending(() => mapStorage(page.kept)),
    true,
  );
  assert.deepEqual(states(open(page.kept)), ["sending"]);
});

test("another tab leaves a message to its own, and takes over what that has left behind", async () => {
  const page = open();
  page.pending.add(written("a"));
  const other = open(page.kept);
  assert.deepEqual(states(other), []);
  // The tab has crashed: nothing of it runs.
  page.pending.close();
  mock.timers.tick(UNDO_MS * 3);
  assert.deepEqual([other.asked[0]?.token, page.asked.length], ["a", 0]);
  await other.asked[0]?.answer(arrived("a"));
  const third = open(page.kept);
  mock.timers.tick(UNDO_MS * 3);
  assert.deepEqual(third.asked, []);
});

test("what the server refuses goes back to its form, and says why until the next send", async () => {
  const page = open();
  page.pending.add(written("a", { dueAt: 0 }));
  await page.asked[0]?.fail(new ApiError("moved", { reason: "thread-moved", data: { messages: [message(9)] } }));
  assert.deepEqual([page.back.map(({ token }) => token), page.kept.size, page.pending.list.value], [["a"], 0, []]);
  assert.equal(page.pending.refusalOf(1, "reply")?.problem.reason, "thread-moved");
  assert.equal(page.pending.refusalOf(1, "note"), null);
  page.pending.add(written("a"));
  assert.equal(page.pending.refusalOf(1, "reply"), null);
});

test("a second text of a draft that was sent elsewhere is not taken for sent", async () => {
  const page = open();
  page.pending.add(written("a", { dueAt: 0 }));
  await page.asked[0]?.answer(message(7, { body: "what the other window said" }));
  assert.deepEqual([page.back[0]?.content.body, page.back[0]?.token], ["text a", ""]);
  assert.equal(page.pending.refusalOf(1, "reply")?.problem.reason, "sent-elsewhere");
});

test("messages of one ticket go in the order in which they were written, and none takes the time of another", async () => {
  const page = open();
  const tokens = () => page.asked.map(({ token }) => token);
  page.pending.add(written("a"));
  page.pending.add(written("b", { kind: "note", dueAt: 0 }));
  page.pending.add(written("c", { ticketId: 2, dueAt: 0 }));
  assert.deepEqual([tokens(), states(page)], [["c"], ["waiting", "waiting", "sending"]]);
  mock.timers.tick(UNDO_MS);
  assert.deepEqual(tokens(), ["c", "a"]);
  await page.asked[1]?.answer(arrived("a"));
  assert.deepEqual(tokens(), ["c", "a", "b"]);
});

test("what waited for an earlier message is sent in its time when that is taken back", () => {
  const page = open();
  page.pending.add(written("a"));
  page.pending.add(written("b", { kind: "note", dueAt: 0 }));
  page.pending.undo("a");
  mock.timers.tick(UNDO_MS);
  assert.deepEqual(
    page.asked.map(({ token }) => token),
    ["b"],
  );
});

test("a message waits while its author is at what takes it back, and then for the time that it had left", () => {
  const page = open();
  page.pending.add(written("a"));
  page.pending.add(written("b"));
  mock.timers.tick(UNDO_MS - 1_000);
  page.pending.hold("a");
  mock.timers.tick(UNDO_MS);
  assert.deepEqual([states(page), page.asked.length], [["waiting", "waiting"], 0], "what comes after it waits as well");
  // Another tab that is opened meanwhile leaves it to this one.
  const other = open(page.kept);
  mock.timers.tick(20_000);
  assert.deepEqual([states(page), other.asked], [["waiting", "waiting"], []]);
  page.pending.letGo("a");
  mock.timers.tick(999);
  assert.equal(page.asked.length, 0);
  mock.timers.tick(1);
  assert.deepEqual([page.asked[0]?.token, states(page)], ["a", ["sending", "sending"]]);
  page.pending.hold("a");
  page.pending.letGo("a");
  assert.equal(states(page)[0], "sending");
});

test("what waits for a message that is held goes once that is taken back", () => {
  const page = open();
  page.pending.add(written("a"));
  page.pending.add(written("b"));
  page.pending.hold("a");
  mock.timers.tick(UNDO_MS);
  page.pending.undo("a");
  assert.deepEqual(
    page.asked.map(({ token }) => token),
    ["b"],
  );
});

test("who has left the pointer there has pressed the button to send", () => {
  const page = open();
  page.pending.add(written("a"));
  page.pending.hold("a");
  page.pending.hold("a");
  mock.timers.tick(60_000);
  assert.deepEqual(states(page), ["sending"]);
});

test("who is signed out finds the message when they are back", async () => {
  const page = open();
  page.pending.add(written("a", { dueAt: 0 }));
  await page.asked[0]?.fail(new ApiError("who?", { code: -32003 }));
  page.pending.close();
  assert.deepEqual([page.back, open(page.kept).asked[0]?.token], [[], "a"]);
});

test("a browser without storage sends all the same", async () => {
  const fail = () => {
    throw new Error("switched off");
  };
  const sent: string[] = [];
  const pending = new PendingMessages({
    copies: new PendingCopies(fail, "bob", "p"),
    send: async ({ token }) => {
      sent.push(token);
      return arrived(token);
    },
    sendLast: () => {},
    sent: () => {},
    putBack: () => {},
  });
  pending.add(written("a", { dueAt: 0 }));
  await settle();
  assert.deepEqual([sent, pending.list.value, hasPending(fail)], [["a"], [], false]);
});

test("what another page has taken back is not sent by the one that was to send it for it", async () => {
  const page = open();
  page.pending.add(written("a", { dueAt: 0 }));
  await page.asked[0]?.fail(LOST);
  const other = open(page.kept);
  assert.deepEqual(states(other), ["sending"]);
  await other.asked[0]?.fail(LOST);
  assert.notEqual(page.pending.undo("a"), null);
  other.pending.resume();
  await settle();
  assert.deepEqual([other.asked.length, states(other), other.back], [1, [], []]);
});
