import assert from "node:assert/strict";
import { test } from "node:test";
import { mapStorage } from "../../testing/map_storage.ts";
import { ReturnAddress } from "./return_address.ts";

function make() {
  const kept = new Map<string, string>();
  return { kept, address: new ReturnAddress(() => mapStorage(kept)) };
}

test("a ticket is come back to, once", () => {
  const { address } = make();
  address.keep("#/tickets/hero_assistance/7");
  assert.equal(address.take(), "#/tickets/hero_assistance/7");
  assert.equal(address.take(), "");
});

test("what is no place in the desk is none", () => {
  const { kept, address } = make();
  for (const hash of ["", "#/", "#/sign-in", "#x", "https://evil.example/", "//evil.example/", "#/tickets/a/0"]) {
    address.keep("#/devices");
    address.keep(hash);
    assert.equal(address.take(), "", hash);
  }
  address.keep("#/devices");
  for (const key of kept.keys()) kept.set(key, "https://evil.example/");
  assert.equal(address.take(), "");
});

test("a browser without storage comes back to the list", () => {
  const address = new ReturnAddress(() => {
    throw new Error("switched off");
  });
  address.keep("#/devices");
  assert.equal(address.take(), "");
});
