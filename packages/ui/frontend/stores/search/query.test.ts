import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuTimeOf } from "../../testing/cpu_time.ts";
import { askedOf, formatQuery, parseFilter, parseQuery, replaceTyped, takeFilters, typedTerm } from "./query.ts";

const NONE = { filters: [] };

test("a filter that is ready becomes one as a space follows it", () => {
  assert.deepEqual(takeFilters({ ...NONE, text: "status:open" }).filters, []);
  assert.deepEqual(takeFilters({ ...NONE, text: "status:open " }), {
    filters: [{ key: "status", value: "open", isNegated: false }],
    text: "",
  });
  assert.deepEqual(takeFilters({ ...NONE, text: 'vpn -tag:"two words" down' }), {
    filters: [{ key: "tag", value: "two words", isNegated: true }],
    text: "vpn down",
  });
});

test("what only looks like a filter is a word", () => {
  for (const text of [
    "Re: ",
    "http://x ",
    "status:broken ",
    "is: ",
    "before:soon ",
    "before:2026-02-30 ",
    "statsu:new ",
  ]) {
    assert.deepEqual(takeFilters({ ...NONE, text }).filters, [], text);
  }
});

test("the same filter stands there once", () => {
  const { filters } = takeFilters({ filters: parseQuery("tag:vpn").filters, text: "tag:vpn tag:dns " });
  assert.deepEqual(
    filters.map(({ value }) => value),
    ["vpn", "dns"],
  );
});

test("a query is read as it was written", () => {
  for (const text of [
    'status:open -tag:"a b" assignee:me vpn "a phrase"',
    'customer:"say \\"hi\\"" x',
    "is:overdue",
    "vpn",
  ]) {
    assert.equal(formatQuery(parseQuery(text)), text);
  }
  assert.equal(parseFilter('customer:"say \\"hi\\""')?.value, 'say "hi"');
});

test("the last word may go on, and what is half typed is not asked for", () => {
  const asked = (text: string) => askedOf({ ...NONE, text });
  assert.equal(asked("vp"), "vp*");
  assert.equal(asked("v"), "v");
  assert.equal(asked("vpn down "), "vpn down ".trim());
  assert.equal(asked("vpn* "), "vpn*");
  assert.equal(asked("vpn sta"), "vpn sta*");
  assert.equal(asked("vpn status:"), "vpn");
  assert.equal(asked("vpn status:op"), "vpn");
  assert.equal(asked("vpn status:open"), "vpn status:open");
  assert.equal(asked('vpn "the gate'), 'vpn "the gate"');
  assert.equal(asked('vpn "'), "vpn");
  assert.equal(asked("vpn -"), "vpn");
  assert.equal(asked("vpn *"), "vpn");
  assert.equal(asked('tag:"two wo'), "");
  assert.equal(askedOf({ filters: parseQuery("is:active").filters, text: "" }), "is:active");
});

test("a long text without an end is taken apart in no time", () => {
  const text = `${'"'.repeat(30_000)}${"-".repeat(30_000)}${"a:".repeat(30_000)}`;
  assert.ok(cpuTimeOf(() => askedOf(takeFilters({ ...NONE, text: `${text} ` }))) < 5_000);
});

test("what is typed last is completed in its place", () => {
  assert.equal(typedTerm("vpn sta"), "sta");
  assert.equal(typedTerm("vpn "), "");
  assert.equal(typedTerm('tag:"two w'), 'tag:"two w');
  assert.equal(replaceTyped("vpn sta", "status:"), "vpn status:");
  assert.equal(replaceTyped("", "is:active "), "is:active ");
});
