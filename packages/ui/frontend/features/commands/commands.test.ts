import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, rank, typedNumber } from "./commands.ts";

function command(id: string, words: string): Command {
  return { id, words, run: () => {} };
}

const COMMANDS = [command("a", "Assign"), command("s", "Status"), command("v", "Solve"), command("n", "New ticket")];

function ranked(typed: string, recent: string[] = []): string[] {
  return rank(COMMANDS, typed, recent).map(({ command: { id } }) => id);
}

test("where nothing is typed, what was run last comes first, and the rest as it stands", () => {
  assert.deepEqual(ranked(""), ["a", "s", "v", "n"]);
  assert.deepEqual(ranked("", ["n", "v"]), ["n", "v", "a", "s"]);
});

test("what fits comes first, and of what fits as well what was run lately", () => {
  assert.deepEqual(ranked("sol"), ["v"]);
  assert.equal(ranked("s")[0], "v");
  assert.equal(ranked("s", ["s"])[0], "s");
  assert.deepEqual(ranked("zz"), []);
});

test("a number is a ticket", () => {
  assert.deepEqual(["12", "#12", " 7 ", "0", "1e3", "12 a", "-1", "1".repeat(16)].map(typedNumber), [
    12,
    12,
    7,
    null,
    null,
    null,
    null,
    null,
  ]);
});
