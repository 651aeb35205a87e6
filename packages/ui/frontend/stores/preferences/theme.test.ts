import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { barColour, parseTheme, THEMES, theme } from "./theme.ts";

test("what is no theme is dark, as is a page without a document", () => {
  assert.equal(theme.value, "dark");
  assert.deepEqual(["system", "light", "pink", "", undefined].map(parseTheme), [
    "system",
    "light",
    "dark",
    "dark",
    "dark",
  ]);
});

test("the browser's bars have the colour of the head in each theme", () => {
  const tokens = readFileSync(join(import.meta.dirname, "..", "..", "ui", "colours.css"), "utf8");
  const [, light, dark] = /--bar: light-dark\((#\w+), (#\w+)\)/.exec(tokens) ?? [];
  assert.deepEqual(
    THEMES.map((name) => [barColour(name, "light"), barColour(name, "dark")]),
    [
      [light, dark],
      [dark, dark],
      [light, light],
    ],
  );
});
