import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuTimeOf } from "../../testing/cpu_time.ts";
import { fuzzyMatch } from "./fuzzy.ts";

function best(typed: string, texts: string[]): string | undefined {
  const scored = texts.flatMap((text) => {
    const match = fuzzyMatch(typed, text);
    return match === null ? [] : { text, score: match.score };
  });
  return scored.sort((one, other) => other.score - one.score)[0]?.text;
}

test("letters are found in their order, in any case and with any accent", () => {
  for (const [typed, text] of [
    ["sol", "Solve"],
    ["gtm", "Go to mine"],
    ["resume", "Résumé"],
    ["RÉS", "resume"],
    ["mine go", "Go to mine"],
  ] as const) {
    assert.notEqual(fuzzyMatch(typed, text), null, typed);
  }
  assert.equal(fuzzyMatch("slovex", "Solve"), null);
  assert.equal(fuzzyMatch("ticket vpn", "New ticket"), null);
});

test("a word that begins so is before one that holds the letters somewhere", () => {
  assert.equal(best("as", ["Macro tasks", "Assign", "Unassigned views"]), "Assign");
  assert.equal(best("mine", ["Marmalade in eggs", "Go to mine"]), "Go to mine");
  assert.equal(best("open", ["Open tickets, all of the team's", "Open"]), "Open");
});

test("it says where the letters are", () => {
  assert.deepEqual(fuzzyMatch("mine", "Go to mine")?.ranges, [{ start: 6, end: 10 }]);
  assert.deepEqual(fuzzyMatch("gm", "Go to mine")?.ranges, [
    { start: 0, end: 1 },
    { start: 6, end: 7 },
  ]);
  assert.deepEqual(fuzzyMatch("go mi", "Go to mine")?.ranges, [
    { start: 0, end: 2 },
    { start: 6, end: 8 },
  ]);
  assert.deepEqual(fuzzyMatch("", "Go"), { score: -2 / 200, ranges: [] });
});

test("a letter that is folded into several, or has two halves, keeps its place", () => {
  assert.deepEqual(fuzzyMatch("t", "ﬁt")?.ranges, [{ start: 1, end: 2 }]);
  assert.deepEqual(fuzzyMatch("b", "👍 b")?.ranges, [{ start: 3, end: 4 }]);
  assert.deepEqual(fuzzyMatch("👍", "a 👍")?.ranges, [{ start: 2, end: 4 }]);
});

test("a long text takes no time", () => {
  const text = "a ".repeat(50_000);
  const taken = cpuTimeOf(() => {
    for (let count = 0; count < 200; count += 1) fuzzyMatch("aaaaaaaaab", text);
  });
  assert.ok(taken < 5_000, `${taken} ms`);
});
