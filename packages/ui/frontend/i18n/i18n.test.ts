import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { formatAge, formatDay, formatMoment, now } from "./times.ts";
import { useCatalogue } from "./translate.ts";
import { formatSize, formatWait, statusWord } from "./words.ts";

const NOON = new Date(2026, 10, 27, 12).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"], now: NOON });
  now.value = NOON;
});

afterEach(() => useCatalogue("en", {}));

test("dates and sizes are those of the page's language", () => {
  useCatalogue("fr", { Yesterday: "Hier" });
  assert.equal(formatDay(NOON - 24 * HOUR), "Hier");
  assert.equal(formatDay(new Date(2026, 1, 5).getTime()), "5 févr.");
  assert.match(formatMoment(NOON), /^ven\. 27 nov\.,? .*12:00$/);
  const sizes = [999, 1_500, 15_400].map((bytes) => formatSize(bytes).replace(/\s/g, " "));
  assert.deepEqual(sizes, ["999 octets", "1,5 ko", "15 ko"]);
});

test("an age is as short as a list wants it", () => {
  assert.equal(formatAge(NOON + MINUTE), "now");
  assert.equal(formatAge(NOON - MINUTE), "1 min");
  assert.equal(formatAge(NOON - 3 * HOUR), "3 h");
  assert.equal(formatAge(NOON - 30 * HOUR), "Yesterday");
});

test("a day of this year is written without its year", () => {
  assert.equal(formatDay(NOON), "Today");
  assert.equal(formatDay(NOON - 24 * HOUR), "Yesterday");
  assert.doesNotMatch(formatDay(new Date(2026, 2, 5).getTime()), /2026/);
  assert.match(formatDay(new Date(2025, 2, 5).getTime()), /2025/);
});

test("customers and agents have words of their own for a status", () => {
  assert.equal(statusWord("waiting", true), "Waiting on customer");
  assert.equal(statusWord("waiting", false), "Answered");
});

test("a wait is said in seconds, and a long one in minutes", () => {
  assert.equal(formatWait(0.2), "You can try again in 1 second; what you wrote is kept.");
  assert.equal(formatWait(36), "You can try again in 36 seconds; what you wrote is kept.");
  assert.equal(formatWait(90.5), "You can try again in 2 minutes; what you wrote is kept.");
  assert.equal(formatWait(-1), "You can try again now.");
});

test("sizes are written as people say them", () => {
  assert.deepEqual([0, 999, 1_000, 15_400, 2_500_000].map(formatSize), [
    "0 bytes",
    "999 bytes",
    "1.0 kB",
    "15 kB",
    "2.5 MB",
  ]);
  assert.equal(formatSize(3_200_000_000), "3.2 GB");
});
