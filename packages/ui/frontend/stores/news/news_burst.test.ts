import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import type { News } from "./news.ts";
import { NewsBurst, summarize } from "./news_burst.ts";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
afterEach(() => mock.timers.reset());

function news(ticketId: number, seq: number, project = "p"): News {
  return {
    kind: "reply",
    key: `${project}/${seq}`,
    project,
    ticketId,
    title: `Ticket ${ticketId}`,
    author: "Carol",
    text: "Text",
  };
}

test("what comes at once is given on together, and what comes later alone", () => {
  const given: number[][] = [];
  const burst = new NewsBurst<number>((items) => given.push(items));
  for (const item of [1, 2, 3]) burst.add(item);
  mock.timers.tick(100);
  burst.add(4);
  mock.timers.tick(150);
  burst.add(5);
  mock.timers.tick(150);
  assert.deepEqual(given, [[1, 2, 3, 4], [5]]);
});

test("news that do not cease are given on all the same", () => {
  const given: number[] = [];
  const burst = new NewsBurst<number>((items) => given.push(items.length));
  for (let at = 0; at < 3_000; at += 100) {
    burst.add(at);
    mock.timers.tick(100);
  }
  assert.equal(given.length, 2);
});

test("a few are told one by one, many as one that names some of their tickets", () => {
  assert.equal(summarize([1, 2, 3].map((id) => news(id, id))), null);
  const many = [1, 2, 2, 3, 4, 5].map((id, seq) => news(id, seq));
  assert.deepEqual(summarize(many), { count: 5, titles: ["Ticket 1", "Ticket 2", "Ticket 3"], ticketId: null });
});

test("many of one ticket lead to it", () => {
  const summary = summarize([1, 2, 3, 4].map((seq) => news(7, seq)));
  assert.deepEqual(summary, { count: 1, titles: ["Ticket 7"], ticketId: 7 });
});

test("tickets of the same number in two projects are two", () => {
  const summary = summarize([1, 2, 3, 4].map((seq) => news(7, seq, seq < 3 ? "p" : "q")));
  assert.deepEqual(summary, { count: 2, titles: ["Ticket 7", "Ticket 7"], ticketId: null });
});
