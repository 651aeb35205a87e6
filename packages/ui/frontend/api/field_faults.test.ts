import assert from "node:assert/strict";
import { test } from "node:test";
import { readFieldFaults } from "./field_faults.ts";

test("a fault has its kind, what that names, and the words of the server", () => {
  const data = {
    faults: ["name: String should have at most 300 characters", "open_hours: the hours of mon overlap"],
    field_faults: [
      { param: "name", kind: "too_long", limit: 300 },
      { param: "open_hours", kind: "shifts_overlap", value: "mon" },
    ],
  };
  assert.deepEqual(readFieldFaults(data), [
    { param: "name", kind: "too_long", limit: 300, words: "String should have at most 300 characters" },
    { param: "open_hours", kind: "shifts_overlap", value: "mon", words: "the hours of mon overlap" },
  ]);
});

test("what an older server says has its words alone, and what a foreign one makes up is no kind", () => {
  assert.deepEqual(readFieldFaults({ faults: ["hours.mon.0: 25:00 is no time", "what is wrong: nothing"] }), [
    { param: "hours.mon.0", kind: "invalid", words: "25:00 is no time" },
    { param: "", kind: "invalid", words: "what is wrong: nothing" },
  ]);
  assert.deepEqual(readFieldFaults({ field_faults: [null, { param: 1, kind: [], limit: "x", known: 3 }] }), [
    { param: "", kind: "invalid", words: "" },
    { param: "", kind: "invalid", words: "" },
  ]);
  assert.deepEqual(readFieldFaults({ faults: "x" }), []);
});

test("a name that is taken has a fault without a text", () => {
  assert.deepEqual(readFieldFaults({ field_faults: [{ param: "name", kind: "taken", value: "VPN" }] }), [
    { param: "name", kind: "taken", value: "VPN", words: "" },
  ]);
});
