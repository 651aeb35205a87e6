import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageWindow } from "./message_window.ts";

function idsTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}

/** The ids that are shown, and how many. */
function shownIn(window: MessageWindow, ids: number[]): [number | undefined, number | undefined, number] {
  const { start, end } = window.rangeIn(ids);
  const shown = ids.slice(start, end);
  return [shown[0], shown.at(-1), shown.length];
}

test("a thread opens at its end, and what arrives is shown", () => {
  const window = new MessageWindow();
  assert.deepEqual(shownIn(window, idsTo(2_000)), [1_941, 2_000, 60]);
  assert.deepEqual(shownIn(window, idsTo(2_001)), [1_942, 2_001, 60]);
  assert.deepEqual(shownIn(window, idsTo(3)), [1, 3, 3]);
  assert.deepEqual(shownIn(window, []), [undefined, undefined, 0]);
});

test("a thread opens with what fills the screen, and with the others behind that", () => {
  const window = new MessageWindow(800);
  assert.equal(window.isFilled, false);
  assert.deepEqual(shownIn(window, idsTo(2_000)), [1_988, 2_000, 13]);
  assert.deepEqual(shownIn(window, idsTo(3)), [1, 3, 3]);
  window.fill();
  assert.equal(window.isFilled, true);
  assert.deepEqual(shownIn(window, idsTo(2_000)), [1_941, 2_000, 60]);
  assert.equal(new MessageWindow(100_000).isFilled, true);
});

test("older ones come in portions, and the page never holds more than some", () => {
  const window = new MessageWindow();
  const ids = idsTo(2_000);
  window.showOlder(ids);
  assert.deepEqual(shownIn(window, ids), [1_891, 2_000, 110]);
  assert.equal(window.isAtEnd, true);
  for (let portion = 0; portion < 60; portion += 1) {
    window.showOlder(ids);
    assert.ok(shownIn(window, ids)[2] <= 200);
  }
  assert.deepEqual(shownIn(window, ids), [1, 200, 200]);
  assert.equal(window.isAtEnd, false);
});

test("and back again", () => {
  const window = new MessageWindow();
  const ids = idsTo(500);
  for (let portion = 0; portion < 20; portion += 1) window.showOlder(ids);
  window.showNewer(ids);
  assert.deepEqual(shownIn(window, ids), [51, 250, 200]);
  for (let portion = 0; portion < 20; portion += 1) window.showNewer(ids);
  assert.deepEqual(shownIn(window, ids), [301, 500, 200]);
  assert.equal(window.isAtEnd, true);
});

test("what is loaded before and what arrives behind a span moves nothing in it", () => {
  const window = new MessageWindow();
  for (let portion = 0; portion < 20; portion += 1) window.showOlder(idsTo(500, 100));
  const shown = shownIn(window, idsTo(500, 100));
  assert.deepEqual(shownIn(window, idsTo(510, 50)), shown);
});

test("a message that is named stands among its neighbours", () => {
  const window = new MessageWindow();
  assert.equal(window.showAround(idsTo(2_000), 1_000), true);
  assert.deepEqual(shownIn(window, idsTo(2_000)), [975, 1_034, 60]);
  assert.equal(window.showAround(idsTo(2_000), 2_001), false);
  window.showAround(idsTo(2_000), 1_999);
  assert.equal(window.isAtEnd, true);
  window.showEnd();
  assert.deepEqual(shownIn(window, idsTo(2_000)), [1_941, 2_000, 60]);
});

test("an end that has moved to another ticket is that of the thread", () => {
  const window = new MessageWindow();
  window.showAround(idsTo(300), 100);
  const without = idsTo(300).filter((id) => id !== 134 && id !== 75);
  assert.deepEqual(shownIn(window, without), [241, 300, 60]);
});
