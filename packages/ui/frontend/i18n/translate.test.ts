import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { locale, spokenLanguage, t, tn, tx, useCatalogue } from "./translate.ts";

afterEach(() => useCatalogue("en", {}));

test("a text without a translation is the English one", () => {
  assert.equal(t("Ticket {number}", { number: 7 }), "Ticket 7");
  assert.equal(t("{missing} stays"), "{missing} stays");
  useCatalogue("fr", { "Ticket {number}": "" });
  assert.equal(t("Ticket {number}", { number: 7 }), "Ticket 7");
  assert.equal(t("toString"), "toString");
});

test("a value is never taken for a placeholder", () => {
  assert.equal(t("{name} is here", { name: "{name} $& {other}", other: "x" }), "{name} $& {other} is here");
});

test("a count has the plural forms of its language", () => {
  assert.deepEqual(
    [0, 1, 2000].map((count) => tn("{count} ticket", "{count} tickets", count)),
    ["0 tickets", "1 ticket", "2,000 tickets"],
  );
  useCatalogue("fr", { "{count} tickets": { one: "{count} demande", other: "{count} demandes" } });
  assert.deepEqual(
    [0, 1, 2].map((count) => tn("{count} ticket", "{count} tickets", count)),
    ["0 demande", "1 demande", "2 demandes"],
  );
});

test("an element stands where the language has its place", () => {
  const element = { strong: "bob@example.org" };
  assert.deepEqual(tx("Sent to {email}.", { email: element }), ["Sent to ", element, "."]);
  useCatalogue("fr", { "Sent to {email}.": "{email} l’a reçu {x}" });
  assert.deepEqual(tx("Sent to {email}.", { email: element }), [element, " l’a reçu ", "{x}"]);
});

test("numbers, plurals and dates are those of the language, in the reader's region where that is known", () => {
  useCatalogue("fr", { "{count} tickets": { one: "{count} demande", many: "", other: "{count} demandes" } });
  assert.equal(spokenLanguage(), "fr");
  assert.equal(locale(), "fr");
  assert.equal(tn("{count} ticket", "{count} tickets", 12_500), "12\u202f500 demandes");
  assert.equal(tn("{count} ticket", "{count} tickets", 1_000_000), "1\u202f000\u202f000 demandes");
  useCatalogue("en", {});
  assert.match(locale(), /^en/);
});

test("a language whose words are made up counts with one form", () => {
  useCatalogue("qps", { "{count} tickets": "[{count} tïçkëtš]" });
  assert.equal(tn("{count} ticket", "{count} tickets", 1), "[1 tïçkëtš]");
});
