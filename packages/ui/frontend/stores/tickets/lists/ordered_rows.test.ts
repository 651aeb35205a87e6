import assert from "node:assert/strict";
import { test } from "node:test";
import { OrderedRows, type Ranked } from "./ordered_rows.ts";

function row(id: number, place: number, segment = 0): Ranked {
  return { id, place, segment };
}

function idsOf(rows: OrderedRows<Ranked>): number[] {
  return Array.from({ length: rows.length }, (_, index) => rows.at(index)?.id ?? 0);
}

test("rows stand by segment, then by place, then the greater id first", () => {
  const rows = new OrderedRows();
  for (const one of [row(1, 5), row(2, 3), row(3, 5), row(4, 0, 1)]) rows.put(one);
  assert.deepEqual(idsOf(rows), [2, 3, 1, 4]);
});

test("a row that is put again moves, and one whose place is the same does not", () => {
  const rows = new OrderedRows();
  for (const one of [row(1, 1), row(2, 2), row(3, 3)]) rows.put(one);
  assert.equal(rows.put(row(3, 0)), true);
  assert.equal(rows.put(row(3, 0)), false);
  assert.deepEqual([idsOf(rows), rows.length], [[3, 1, 2], 3]);
});

test("every row is found where it is, and no other", () => {
  const rows = new OrderedRows();
  const places = Array.from({ length: 500 }, (_, id) => row(id, (id * 7919) % 101, id % 3));
  for (const one of places) rows.put(one);
  for (const { id } of places) assert.equal(rows.at(rows.indexOf(id))?.id, id);
  assert.equal(rows.indexOf(1_000), -1);
  for (const { id } of places.slice(0, 250)) assert.equal(rows.remove(id), true);
  assert.equal(rows.remove(0), false);
  assert.equal(rows.length, 250);
  assert.ok(!rows.has(0) && rows.has(250));
});

test("what is beyond a number is cut off", () => {
  const rows = new OrderedRows();
  for (const one of [row(1, 1), row(2, 2), row(3, 3)]) rows.put(one);
  assert.deepEqual(rows.truncate(1), [2, 3]);
  assert.deepEqual([idsOf(rows), rows.has(2), rows.indexOf(3)], [[1], false, -1]);
  assert.deepEqual(rows.truncate(5), []);
  rows.clear();
  assert.deepEqual([rows.length, rows.has(1)], [0, false]);
});

test("a hundred thousand rows take one in its new place after few comparisons", () => {
  const rows = new OrderedRows();
  let compared = 0;
  const counted = (id: number, place: number) => ({
    ...row(id, place),
    get place() {
      compared += 1;
      return place;
    },
  });
  for (let id = 1; id <= 100_000; id += 1) rows.put(counted(id, id));
  compared = 0;
  for (let id = 1; id <= 100; id += 1) rows.put(counted(id * 900, -id));
  // Halving looks at some forty of them to take one out and to put it in; sorting looks at all, each time.
  assert.ok(compared < 100 * 200, `${compared} comparisons`);
  assert.equal(rows.at(0)?.id, 90_000);
});
