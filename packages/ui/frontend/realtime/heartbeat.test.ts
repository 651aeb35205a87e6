import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Heartbeat } from "./heartbeat.ts";

let now = 0;
let silences = 0;
let heartbeat = new Heartbeat(() => {});

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  [now, silences] = [1_000_000, 0];
  heartbeat = new Heartbeat(
    () => {
      silences += 1;
      heartbeat.stop();
    },
    () => now,
  );
});

afterEach(() => {
  heartbeat.stop();
  mock.timers.reset();
});

function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 100) {
    now += 100;
    mock.timers.tick(100);
  }
}

test("what speaks every four seconds is alive", () => {
  for (let times = 0; times < 10; times += 1) {
    heartbeat.beat();
    pass(4_000);
  }
  assert.equal(silences, 0);
});

test("silence is noticed within ten seconds, once", () => {
  heartbeat.beat();
  pass(8_000);
  assert.equal(silences, 0);
  pass(2_000);
  assert.equal(silences, 1);
  pass(60_000);
  assert.equal(silences, 1);
});

test("after a sleep, in which no timer ran, silence is noticed within a second", () => {
  heartbeat.beat();
  now += 600_000;
  heartbeat.look();
  pass(300);
  assert.equal(silences, 1);
});

test("what arrived in the meantime is heard first", () => {
  heartbeat.beat();
  now += 600_000;
  heartbeat.look();
  heartbeat.beat();
  pass(1_000);
  assert.equal(silences, 0);
});

test("nothing is noticed before the first sign and after the end", () => {
  pass(60_000);
  heartbeat.beat();
  heartbeat.stop();
  pass(60_000);
  assert.equal(silences, 0);
});
