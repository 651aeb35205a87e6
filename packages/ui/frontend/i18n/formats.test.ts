import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { formatList } from "./formats.ts";
import { useCatalogue } from "./translate.ts";

afterEach(() => useCatalogue("en", {}));

test("names are a list as the language writes it", () => {
  const names = ["Ana", "Ben", "Carol"];
  assert.equal(formatList(names.slice(0, 1)), "Ana");
  assert.equal(formatList(names.slice(0, 2)), "Ana and Ben");
  useCatalogue("fr", {});
  assert.equal(formatList(names), "Ana, Ben et Carol");
  useCatalogue("ja", {});
  assert.equal(formatList(names, { type: "unit" }), "Ana Ben Carol");
});
