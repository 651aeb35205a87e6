import assert from "node:assert/strict";
import { test } from "node:test";
import type { Authenticator } from "../../api/passkeys.ts";
import { FakeServer, settle } from "../fixtures.ts";
import { Passkeys } from "./passkeys.ts";

function passkey(id: string) {
  return { passkey_id: id, name: id, created_at: 1, last_used_at: null };
}

function browser(made: string | null): Authenticator {
  return { offersInFields: async () => false, create: async () => made, sign: async () => null };
}

test("the newest comes first", async () => {
  const server = new FakeServer();
  const passkeys = new Passkeys(server.call);
  const loading = passkeys.load();
  await server.answer("auth.passkeys", { passkeys: [passkey("old"), passkey("new")] });
  await loading;
  assert.deepEqual(
    passkeys.list.value?.map((one) => one.passkey_id),
    ["new", "old"],
  );
  passkeys.clear();
  assert.equal(passkeys.list.value, null);
});

test("one that was made is registered under its name", async () => {
  const server = new FakeServer();
  const passkeys = new Passkeys(server.call);
  const adding = passkeys.add(browser("made"), "Chrome on Linux");
  await server.answer("auth.passkey_register_start", { options: "{}" });
  const [finish] = server.asked;
  assert.deepEqual(finish?.params, { credential: "made", name: "Chrome on Linux" });
  await server.answer("auth.passkey_register_finish", passkey("A"));
  await server.answer("auth.passkeys", { passkeys: [passkey("A")] });
  assert.equal(await adding, true);
  assert.equal(passkeys.list.value?.length, 1);
});

test("who did not want one has none", async () => {
  const server = new FakeServer();
  const adding = new Passkeys(server.call).add(browser(null), "Chrome on Linux");
  await server.answer("auth.passkey_register_start", { options: "{}" });
  await settle();
  assert.equal(await adding, false);
  assert.deepEqual(server.asked, []);
});

test("one that is removed is gone from the list", async () => {
  const server = new FakeServer();
  const passkeys = new Passkeys(server.call);
  const removing = passkeys.remove("A");
  await server.answer("auth.passkey_remove", true);
  await server.answer("auth.passkeys", { passkeys: [] });
  await removing;
  assert.deepEqual(passkeys.list.value, []);
});
