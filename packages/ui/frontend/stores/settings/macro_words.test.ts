import assert from "node:assert/strict";
import { test } from "node:test";
import { describeMacro, duration, type MacroChanges } from "./macro_words.ts";

const NOTHING: MacroChanges = {
  status: null,
  snooze_minutes: null,
  priority: null,
  assign: null,
  assignee: null,
  add_tags: [],
  remove_tags: [],
  follow: false,
  note: null,
  reply: null,
};
const WORDS = {
  status: (status: string) => status.toUpperCase(),
  priority: (priority: string) => priority.toUpperCase(),
  name: (id: string) => `<${id}>`,
};

test("a macro is said in sentences, one for each change", () => {
  assert.deepEqual(describeMacro(NOTHING, WORDS), []);
  const all = { ...NOTHING, status: "solved", priority: "low", add_tags: ["a", "b"], remove_tags: ["c"] } as const;
  assert.deepEqual(
    describeMacro(
      { ...all, add_tags: [...all.add_tags], remove_tags: ["c"], follow: true, note: "n", reply: "r" },
      WORDS,
    ),
    [
      "Sends the customer a reply",
      "Writes a note for the team",
      "Sets the status to SOLVED",
      "Sets the priority to LOW",
      "Adds the tags a and b",
      "Takes off the tags c",
      "Has you follow the ticket",
    ],
  );
});

test("whom a ticket is given to is said by name", () => {
  assert.deepEqual(describeMacro({ ...NOTHING, assignee: "erin" }, WORDS), ["Assigns the ticket to <erin>"]);
  assert.deepEqual(describeMacro({ ...NOTHING, assign: "me" }, WORDS), ["Assigns the ticket to who runs it"]);
  assert.deepEqual(describeMacro({ ...NOTHING, assign: "nobody" }, WORDS), ["Takes the assignee off"]);
});

test("a snooze is said in the largest unit", () => {
  assert.deepEqual([90, 120, 2880, 1].map(duration), ["90 minutes", "2 hours", "2 days", "1 minute"]);
  const snoozed = { ...NOTHING, status: "snoozed", snooze_minutes: 1440 } as const;
  assert.deepEqual(describeMacro({ ...snoozed, add_tags: [], remove_tags: [] }, WORDS), [
    "Snoozes the ticket for 1 day",
  ]);
});
