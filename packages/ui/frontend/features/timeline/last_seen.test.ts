import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../api/wire.ts";
import { message } from "../../stores/fixtures.ts";
import { LastSeen } from "./last_seen.ts";

/** Carol's messages, of which those in `own` are Bob's. */
function to(last: number, own: number[] = []): Message[] {
  return Array.from({ length: last }, (_, place) =>
    message(place + 1, { author: own.includes(place + 1) ? "bob" : "carol" }),
  );
}

test("the first one behind what was read is new", () => {
  const seen = new LastSeen();
  assert.equal(seen.firstNew(to(5), "bob"), null);
  seen.open(3, 5);
  assert.equal(seen.firstNew(to(5), "bob"), 4);
});

test("what comes while somebody reads is not new to them", () => {
  const seen = new LastSeen();
  seen.open(5, 5);
  assert.equal(seen.firstNew(to(6), "bob"), null);
});

test("nobody is told that their own words are new, nor what they had answered", () => {
  const seen = new LastSeen();
  seen.open(2, 5);
  assert.equal(seen.firstNew(to(5, [3]), "bob"), 4);
  assert.equal(seen.firstNew(to(5, [5]), "bob"), null);
});

test("who looks away finds the place again", () => {
  const seen = new LastSeen();
  seen.open(5, 5);
  seen.leave(6);
  assert.equal(seen.firstNew(to(8), "bob"), null);
  seen.comeBack(8);
  assert.equal(seen.firstNew(to(9), "bob"), 7);
  seen.comeBack(9);
  assert.equal(seen.firstNew(to(9), "bob"), 7);
});
