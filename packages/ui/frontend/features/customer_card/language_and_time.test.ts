import assert from "node:assert/strict";
import { test } from "node:test";
import { useCatalogue } from "../../i18n/translate.ts";
import { languageName, localTime } from "./language_and_time.ts";

test("a language has a name, and one that is none is shown as it is", () => {
  assert.match(languageName("fr"), /French|français/i);
  assert.equal(languageName("not a tag"), "not a tag");
});

test("a language is named in the language of the page, whatever the browser speaks", () => {
  useCatalogue("fr", {});
  assert.equal(languageName("de"), "allemand");
  useCatalogue("en", {});
  assert.equal(languageName("de"), "German");
});

test("it is another time elsewhere, and a zone that is none is shown as it is", () => {
  const noon = Date.UTC(2026, 0, 15, 12);
  assert.notEqual(localTime("Asia/Tokyo", noon), localTime("Europe/Paris", noon));
  assert.equal(localTime("Mars/Olympus", noon), "Mars/Olympus");
});
