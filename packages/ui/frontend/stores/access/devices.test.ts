import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeServer, settle } from "../fixtures.ts";
import { Devices } from "./devices.ts";

function session(id: string, fields: object = {}) {
  return {
    session_id: id,
    device_name: "Firefox on Linux",
    method: "link",
    created_at: 1,
    last_seen_at: 1,
    expires_at: 9,
    is_current: false,
    ...fields,
  };
}

const NO_DEVICES = { devices: [], next_cursor: null };

test("all pages are fetched; this device comes first, then the last used", async () => {
  const server = new FakeServer();
  const devices = new Devices(server.call);
  const loading = devices.load();
  await server.answer("auth.sessions", {
    sessions: [session("old"), session("new", { last_seen_at: 5 })],
    next_cursor: "x",
  });
  await server.answer("auth.sessions", { sessions: [session("mine", { is_current: true })], next_cursor: null });
  const bound = { address: "400::1", name: "", bound_at: 3, last_seen_at: null, is_current: false };
  await server.answer("user.devices", { devices: [bound], next_cursor: null });
  await loading;
  assert.deepEqual(
    devices.list.value?.map(({ id }) => id),
    ["mine", "new", "400::1", "old"],
  );
});

test("a session and a device are revoked each by its own method, and the list is fetched again", async () => {
  const server = new FakeServer();
  const devices = new Devices(server.call);
  for (const [kind, method, params] of [
    ["session", "auth.revoke_session", { session_id: "a" }],
    ["device", "user.revoke", { address: "a" }],
  ] as const) {
    const revoking = devices.revoke({ kind, id: "a", name: "", since: 1, seenAt: null, isCurrent: false });
    await settle();
    assert.deepEqual(
      server.asked.map((asked) => [asked.method, asked.params]),
      [[method, params]],
    );
    await server.answer(method, true);
    await server.answer("auth.sessions", { sessions: [], next_cursor: null });
    await server.answer("user.devices", NO_DEVICES);
    await revoking;
    assert.deepEqual(devices.list.value, []);
  }
});
