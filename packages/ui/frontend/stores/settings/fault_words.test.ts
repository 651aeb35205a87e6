import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { FieldFault } from "../../api/field_faults.ts";
import { useCatalogue } from "../../i18n/translate.ts";
import { faultWords } from "./fault_words.ts";

afterEach(() => useCatalogue("en", {}));

const fault = (kind: FieldFault["kind"], details: Partial<FieldFault> = {}): FieldFault => ({
  param: "name",
  kind,
  words: "what the server says",
  ...details,
});

test("what does not fit is said in plain words", () => {
  for (const [found, words] of [
    [fault("not_integer"), "Write a whole number, such as 10"],
    [fault("not_number"), "Write a number, such as 10"],
    [fault("too_small", { limit: 0 }), "0 is the least"],
    [fault("too_large", { limit: 720 }), "720 is the most"],
    [fault("too_short", { limit: 1 }), "Write something here"],
    [fault("too_short", { limit: 2 }), "At least 2 characters"],
    [fault("too_long", { limit: 300 }), "At most 300 characters"],
    [fault("shifts_overlap", { value: "tue" }), "The hours of Tuesday overlap"],
    [fault("time_of_day", { value: "25:00" }), "25:00 is no time of day"],
    [fault("time_of_day"), "This is no time of day, such as 22:00"],
    [
      fault("time_zone", { value: "Europe/Berlim", meant: "Europe/Berlin" }),
      "There is no time zone Europe/Berlim; did you mean Europe/Berlin?",
    ],
    [
      fault("filter_value", { place: 10, key: "priority", value: "hihg", meant: "high" }),
      "Character 10: priority is never hihg; did you mean high?",
    ],
    [
      fault("filter_value", { place: 1, key: "is", value: "x", known: ["done", "active"] }),
      "Character 1: is is never x, but one of done, active",
    ],
    [
      fault("filter_text", { value: "statsu:open", meant: "status" }),
      "There is no condition statsu:open; did you mean status:?",
    ],
  ] as const)
    assert.equal(faultWords(found), words);
});

test("a bound is said in the unit of its field, and what is said can be typed", () => {
  const mib = 1024 * 1024;
  for (const [kind, limit, factor, words] of [
    ["too_large", 1_073_741_824, mib, "1024 is the most"],
    ["too_large", 527_040, 60 * 24, "366 is the most"],
    ["too_large", 100, 60, "1.66 is the most"],
    ["too_small", 1, 60, "0.02 is the least"],
    ["too_small", 1, mib, "0.01 is the least"],
    ["too_small", 1, 1, "1 is the least"],
  ] as const)
    assert.equal(faultWords(fault(kind, { limit }), factor), words);
});

test("what has no kind begins as a sentence does, and is no English in another language", () => {
  assert.equal(faultWords(fault("invalid", { words: "is empty" })), "Is empty");
  assert.equal(faultWords(fault("of tomorrow" as "invalid", { words: "it is new" })), "It is new");
  useCatalogue("fr", { "This cannot be taken as it is": "Ceci ne convient pas" });
  assert.equal(faultWords(fault("invalid")), "Ceci ne convient pas");
  assert.equal(faultWords(fault("of tomorrow" as "invalid")), "Ceci ne convient pas");
});
