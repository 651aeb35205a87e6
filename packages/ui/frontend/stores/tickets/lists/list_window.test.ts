import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnRows, ListWindow, shiftOf } from "./list_window.ts";

function newWindow(count: number) {
  const list = new ListWindow();
  list.resize(500, 50);
  list.fit(count);
  return list;
}

test("what is drawn is what is in sight, and a margin", () => {
  const list = newWindow(100_000);
  assert.deepEqual(
    [list.inSight, list.range.value],
    [
      { first: 0, last: 10 },
      { first: 0, last: 20 },
    ],
  );
  list.scroll(50 * 1_000 + 20);
  assert.deepEqual(
    [list.inSight, list.range.value],
    [
      { first: 1_000, last: 1_011 },
      { first: 990, last: 1_021 },
    ],
  );
  list.scroll(50 * 100_000);
  assert.deepEqual(list.range.value, { first: 99_990, last: 100_000 });
});

test("a list may open with what is in sight alone, and draw its margin after that", () => {
  const list = new ListWindow(0);
  list.resize(500, 50);
  list.fit(100);
  assert.deepEqual(list.range.value, { first: 0, last: 10 });
  list.widen();
  assert.deepEqual(list.range.value, { first: 0, last: 20 });
});

test("a short way draws nothing, and a far one draws as much as before", () => {
  const list = newWindow(100_000);
  const drawn = new Set<number>();
  let draws = 0;
  const end = list.range.subscribe(({ first, last }) => {
    draws += 1;
    drawn.add(last - first);
  });
  for (let top = 0; top < 50 * 500; top += 10) {
    list.scroll(top);
    const { first, last } = list.range.value;
    assert.ok(first <= list.inSight.first && last >= list.inSight.last);
  }
  end();
  assert.ok(draws < 120, `${draws}`);
  assert.ok(Math.max(...drawn) <= 40);
});

test("a list that has become short is drawn up to its end", () => {
  const list = newWindow(100);
  list.scroll(4_500);
  list.fit(3);
  assert.deepEqual(list.range.value.last, 3);
  list.fit(0);
  assert.deepEqual(drawnRows(list.range.value, [], 0), []);
});

test("a higher list draws more, a row that is smaller as well", () => {
  const list = newWindow(1_000);
  list.resize(2_000, 50);
  assert.equal(list.range.value.last, 50);
  list.resize(2_000, 25);
  assert.equal(list.range.value.last, 90);
});

test("a row that is out of sight is brought to the nearer edge", () => {
  const list = newWindow(100);
  list.scroll(1_000);
  assert.deepEqual([list.reveal(19), list.reveal(20), list.reveal(29), list.reveal(30)], [950, null, null, 1_050]);
});

test("the list is at its top until half a row is gone", () => {
  const list = newWindow(100);
  assert.equal(list.isAtTop, true);
  list.scroll(25);
  assert.equal(list.isAtTop, false);
});

test("rows that are pinned are drawn with their neighbours, in order and once", () => {
  assert.deepEqual(drawnRows({ first: 5, last: 8 }, [0, 8, -1], 9), [0, 1, 5, 6, 7, 8]);
});

test("no row is drawn that a list which became shorter does not have", () => {
  assert.deepEqual(drawnRows({ first: 0, last: 20 }, [9], 3), [0, 1, 2]);
});

test("rows in sight stay where they are when others come or go above them", () => {
  const at = (...keys: string[]) => {
    return (key: string) => keys.indexOf(key);
  };
  assert.equal(shiftOf(["c", "d", "e"], 2, at("new", "a", "b", "c", "d", "e")), 1);
  assert.equal(shiftOf(["c", "d", "e"], 2, at("b", "c", "d", "e")), -1);
  // One of them moves to the top: the others are where they were, or one further.
  assert.equal(shiftOf(["c", "d", "e"], 2, at("e", "a", "b", "c", "d")), 1);
  assert.equal(shiftOf(["c", "d", "e"], 2, at("a", "b", "x", "y")), 0);
});
