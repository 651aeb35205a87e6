import assert from "node:assert/strict";
import { test } from "node:test";
import { type SendKey, sendingOf } from "./sending.ts";

function pressed(fields: Partial<SendKey>): SendKey {
  return {
    key: "Enter",
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    altKey: false,
    isComposing: false,
    ...fields,
  };
}

test("Ctrl and Enter send, and with another key more", () => {
  assert.equal(sendingOf(pressed({ ctrlKey: true })), "send");
  assert.equal(sendingOf(pressed({ metaKey: true })), "send");
  assert.equal(sendingOf(pressed({ ctrlKey: true, shiftKey: true })), "solve");
  assert.equal(sendingOf(pressed({ ctrlKey: true, altKey: true })), "next");
});

test("any other key is a letter or a line", () => {
  for (const fields of [{}, { shiftKey: true }, { altKey: true }, { ctrlKey: true, isComposing: true }]) {
    assert.equal(sendingOf(pressed(fields)), null);
  }
  assert.equal(sendingOf(pressed({ key: "m", ctrlKey: true })), null);
  assert.equal(sendingOf(pressed({ ctrlKey: true, altKey: true, shiftKey: true })), null);
});
