import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDays, formatDuration } from "./words.ts";

const HOUR = 3_600_000;

test("a duration is said in its largest units, rounded", () => {
  assert.deepEqual(
    [null, 400, 59_400, 90_000, 2 * HOUR, 2.5 * HOUR, 23.999 * HOUR, 24 * HOUR, 49.6 * HOUR].map(formatDuration),
    ["–", "0 sec", "59 sec", "2 min", "2 hr", "2 hr 30 min", "24 hr", "1 day", "2 days 2 hr"],
  );
});

test("days are one, or the first and the last", () => {
  assert.equal(formatDays({ first: "2026-11-27", last: "2026-11-27" }), "Nov 27, 2026");
  assert.match(formatDays({ first: "2026-11-20", last: "2026-11-27" }), /Nov 20.*27, 2026/);
});
