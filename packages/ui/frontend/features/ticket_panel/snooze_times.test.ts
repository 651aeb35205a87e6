import assert from "node:assert/strict";
import { test } from "node:test";
import { readLocalTime, snoozeTimes } from "./snooze_times.ts";

function choices(...now: [number, number, number, number, number]): string[] {
  return snoozeTimes(new Date(...now)).map(({ name, time }) => {
    const at = new Date(time);
    return `${name} ${at.getMonth() + 1}/${at.getDate()} ${at.getHours()}:${at.getMinutes()}`;
  });
}

test("on a morning, there is a later today", () => {
  // A Friday.
  assert.deepEqual(choices(2026, 10, 27, 10, 20), ["later 11/27 14:0", "tomorrow 11/28 9:0", "monday 11/30 9:0"]);
  assert.deepEqual(choices(2026, 10, 27, 17, 0)[0], "later 11/27 20:0");
});

test("in the evening there is none, and the end of a year is no end", () => {
  assert.deepEqual(choices(2026, 10, 27, 17, 1), ["tomorrow 11/28 9:0", "monday 11/30 9:0"]);
  assert.deepEqual(choices(2026, 11, 31, 23, 59), ["tomorrow 1/1 9:0", "monday 1/4 9:0"]);
});

test("on a Monday, next week is the next one", () => {
  assert.deepEqual(choices(2026, 10, 30, 8, 0).at(-1), "monday 12/7 9:0");
});

test("a field of date and time is read in the reader's zone", () => {
  assert.equal(readLocalTime("2026-11-27T10:20"), new Date(2026, 10, 27, 10, 20).getTime());
  assert.equal(readLocalTime(""), null);
  assert.equal(readLocalTime("soon"), null);
});
