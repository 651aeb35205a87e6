import assert from "node:assert/strict";
import { test } from "node:test";
import { type Piece, spellHidden, splitHidden } from "./hidden_characters.ts";

const named = (pieces: Piece[]) => pieces.map((piece) => (typeof piece === "string" ? piece : `<${piece.name}>`));

test("a text without hidden characters is itself", () => {
  for (const text of ["", "Zoë Ångström", "שלום", "日本語", "a\u00a0b\u202fc", "e\u0301"]) {
    assert.deepEqual(splitHidden(text), [text]);
  }
});

test("an override is shown as what it is, and turns nothing around", () => {
  assert.deepEqual(splitHidden("invoice\u202Egnp.exe"), ["invoice", { name: "RLO", code: "U+202E" }, "gnp.exe"]);
});

test("every character that turns text or has no width has a mark", () => {
  const codes = ["061C", "200B", "200C", "200D", "200E", "200F", "202A", "202B", "202C", "202D", "202E"];
  codes.push("2060", "2063", "2066", "2067", "2068", "2069", "206A", "FEFF");
  for (const code of codes) {
    const character = String.fromCharCode(Number.parseInt(code, 16));
    assert.deepEqual(
      splitHidden(`a${character}b`).map((piece) => (typeof piece === "string" ? piece : piece.code)),
      ["a", `U+${code}`, "b"],
    );
  }
});

test("joiners stay where they join: emoji, and letters of scripts that need them", () => {
  for (const text of ["👩‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🧑🏽‍🚀", "🙋🏽‍♀️", "می‌خواهم", "क्‍ष"])
    assert.deepEqual(splitHidden(text), [text]);
  assert.deepEqual(named(splitHidden("pay\u200Dpal")), ["pay", "<ZWJ>", "pal"]);
  assert.deepEqual(named(splitHidden("\u200Ca")), ["<ZWNJ>", "a"]);
  assert.deepEqual(named(splitHidden("😀\u200Dx")), ["😀", "<ZWJ>", "x"]);
});

test("where there are no elements, a word stands in its place", () => {
  assert.equal(spellHidden("a\u202Eb\uFEFF"), "a[RLO]b[BOM]");
});
