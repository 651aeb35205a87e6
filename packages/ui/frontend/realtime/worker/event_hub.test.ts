import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { EventHub } from "./event_hub.ts";
import { type FakeSource, fakeSources } from "./fake_source.ts";
import type { Places, WorkerMessage } from "./worker_messages.ts";

const KINDS = ["ping", "counts", "presence", "connected", "reset", "stream.open", "stream.refused", "ticket.created"];
const ADDRESS = "http://desk/projects/p/events";
const MERGED = "http://desk/events";

class Port {
  readonly heard: WorkerMessage[] = [];
  isClosed = false;
  postMessage(message: WorkerMessage): void {
    this.heard.push(message);
  }
  close(): void {
    this.isClosed = true;
  }
  /** What it was told, in short: numbers for numbered events. */
  get words(): string[] {
    return this.heard.map((message) =>
      message.say === "event" ? `${message.kind} ${message.id}`.trim() : message.say,
    );
  }
  clear(): void {
    this.heard.length = 0;
  }
}

let now = 0;
let sources = fakeSources();
let hub = new EventHub(KINDS, sources.open, () => now);

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  now = 1_000_000;
  sources = fakeSources();
  hub = new EventHub(KINDS, sources.open, () => now);
});

afterEach(() => mock.timers.reset());

function join(places: Places, reader = "bob", address = ADDRESS): Port {
  const port = new Port();
  hub.connect(port);
  hub.receive(port, { say: "follow", address, reader, places });
  return port;
}

function last(): FakeSource {
  const source = sources.opened.at(-1);
  assert.ok(source);
  return source;
}

function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 100) {
    now += 100;
    mock.timers.tick(100);
  }
}

test("thirty tabs share one stream, and each gets every event", () => {
  const tabs = Array.from({ length: 30 }, () => join({ since: 5 }));
  last().open();
  last().send("ticket.created", {}, 6);
  assert.equal(sources.opened.length, 1);
  assert.equal(last().address.href, `${ADDRESS}?since=5`);
  for (const tab of tabs) assert.deepEqual(tab.words, ["hello", "open", "ticket.created 6"]);
});

test("a tab that joins late gets what it has missed, and the last counts, from the worker", () => {
  join({ since: 5 });
  last().open();
  last().send("counts", { counts: { open: 1 } }, 5);
  last().send("counts", { counts: { open: 2 } }, 5);
  for (const seq of [6, 7, 8]) last().send("ticket.created", {}, seq);
  const late = join({ since: 6 });
  assert.equal(sources.opened.length, 1);
  assert.deepEqual(late.words, ["hello", "open", "counts 5", "ticket.created 7", "ticket.created 8"]);
  assert.deepEqual(late.heard.at(2), { say: "event", kind: "counts", data: '{"counts":{"open":2}}', id: "5" });
});

test("for a tab that knows less than was kept, the stream is opened again from there", () => {
  join({ since: 5 });
  const first = last();
  first.open();
  first.send("ticket.created", {}, 6);
  join({ since: 2 });
  assert.equal(first.readyState, 2);
  assert.equal(last().address.href, `${ADDRESS}?since=2`);
});

test("what was kept is bounded, and a tab that needs more has the stream opened again", () => {
  join({ since: 0 });
  last().open();
  for (let seq = 1; seq <= 700; seq += 1) last().send("ticket.created", {}, seq);
  join({ since: 300 });
  assert.equal(sources.opened.length, 1);
  join({ since: 100 });
  assert.equal(last().address.href, `${ADDRESS}?since=100`);
});

test("users of one browser have a stream each, and get no other's events", () => {
  const bob = join({ since: 5 }, "bob");
  const ofBob = last();
  const carol = join({ since: 5 }, "carol");
  ofBob.open();
  ofBob.send("ticket.created", {}, 6);
  assert.deepEqual(bob.words, ["hello", "open", "ticket.created 6"]);
  assert.deepEqual(carol.words, ["hello"]);
});

test("a stream that ends is told to every tab, and the first that comes back opens another", () => {
  const tabs = [join({ since: 5 }), join({ since: 5 })];
  last().open();
  last().onerror?.();
  for (const tab of tabs) assert.equal(tab.words.at(-1), "lost");
  for (const tab of tabs) hub.receive(tab, { say: "leave" });
  const again = [join({ since: 5 }), join({ since: 5 })];
  last().open();
  assert.equal(sources.opened.length, 2);
  for (const tab of again) assert.deepEqual(tab.words, ["hello", "open"]);
});

test("a stream that falls silent has ended, within ten seconds", () => {
  const tab = join({ since: 5 });
  last().open();
  pass(4_000);
  last().send("ping");
  pass(8_000);
  assert.equal(tab.words.includes("lost"), false);
  pass(2_000);
  assert.equal(tab.words.at(-1), "lost");
  assert.equal(last().readyState, 2);
});

test("after a sleep, the stream of before is not taken for a living one", () => {
  join({ since: 5 });
  last().open();
  now += 600_000;
  join({ since: 5 });
  assert.equal(sources.opened.length, 2);
});

test("the stream ends with its last tab", () => {
  const [one, other] = [join({ since: 5 }), join({ since: 5 })];
  hub.receive(one, { say: "leave" });
  assert.equal(last().readyState, 0);
  hub.receive(other, { say: "leave" });
  assert.equal(last().readyState, 2);
  assert.ok(one.isClosed && other.isClosed);
});

test("a tab that was killed is forgotten, and told so in case it was only asleep", () => {
  const [dead, alive] = [join({ since: 5 }), join({ since: 5 })];
  last().open();
  for (let second = 0; second < 60; second += 5) {
    now += 5_000;
    last().send("ping");
    hub.ask();
    hub.receive(alive, { say: "alive" });
  }
  last().send("ticket.created", {}, 6);
  assert.equal(dead.words.at(-1), "lost");
  assert.equal(dead.isClosed, true);
  assert.equal(alive.words.at(-1), "ticket.created 6");
});

test("after a reset the tabs begin again where the server says, on the same stream", () => {
  const tab = join({ since: 5 });
  last().open();
  last().send("reset", { seq: 90 }, 90);
  assert.equal(tab.words.at(-1), "reset 90");
  hub.receive(tab, { say: "leave" });
  join({ since: 91 });
  join({ since: 91 });
  assert.equal(sources.opened.length, 2);
});

test("several projects: a tab that wants one more has all opened again where they are", () => {
  join({ a: 5 }, "", MERGED);
  const first = last();
  first.open();
  first.send("ticket.created", { project: "a" }, "a=6");
  const both = join({ a: 6, b: 2 }, "", MERGED);
  assert.equal(last().address.search, "?a=6&b=2");
  last().open();
  last().send("stream.open", { project: "b" }, "a=6&b=2");
  last().send("ticket.created", { project: "b" }, "a=6&b=3");
  assert.deepEqual(both.words, ["hello", "open", "stream.open a=6&b=2", "ticket.created a=6&b=3"]);
  const third = join({ a: 5, b: 2 }, "", MERGED);
  assert.deepEqual(third.words.slice(2), ["stream.open a=6&b=2", "ticket.created a=6", "ticket.created a=6&b=3"]);
});

test("several projects: one that was refused or reset is asked for again by the next tab", () => {
  for (const kind of ["stream.refused", "reset"]) {
    join({ a: 5, b: 5 }, kind, MERGED);
    last().open();
    last().send(kind, { project: "b" }, "a=5&b=9");
    const count = sources.opened.length;
    join({ a: 5 }, kind, MERGED);
    assert.equal(sources.opened.length, count);
    join({ a: 5, b: 12 }, kind, MERGED);
    assert.equal(last().address.search, "?a=5&b=12");
  }
});

test("who is present is told to a tab that joins: the last word of each, after what the stream began with", () => {
  join({ since: 5 });
  last().open();
  last().send("presence", { ticket_id: 1, user_id: "x", level: "viewing" }, 5);
  last().send("connected", { connection: "c", presence: [] }, 5);
  last().send("presence", { ticket_id: 1, user_id: "bob", level: "viewing" }, 5);
  last().send("presence", { ticket_id: 1, user_id: "bob", level: null }, 5);
  const late = join({ since: 5 });
  assert.deepEqual(late.words, ["hello", "open", "connected 5", "presence 5"]);
  assert.match(JSON.stringify(late.heard.at(-1)), /null/);
});
