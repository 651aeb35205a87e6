import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { signal } from "@preact/signals-core";
import type { PresenceChange, Present, User } from "../../api/wire.ts";
import { event, FakeServer, settle, user } from "../fixtures.ts";
import { Presence } from "./presence.ts";
import { PresenceBeats } from "./presence_beats.ts";

const bob: Present = { user_id: "bob", name: "Bob", role: "agent", level: "viewing" };
const alice: Present = { user_id: "alice", name: "Alice", role: "admin", level: "viewing" };

function change(one: Present, fields: Partial<PresenceChange> = {}): PresenceChange {
  return { ticket_id: 1, ...one, ...fields };
}

function names(presence: Presence, ticketId = 1): string[] {
  return presence.of(ticketId).value.map(({ name, level }) => `${name} ${level}`);
}

test("who is there is what the stream says when it begins, and each change after it", () => {
  const presence = new Presence(signal(user("carol")));
  presence.connected({ connection: "c1", ping_s: 4, presence: [{ ticket_id: 1, people: [bob] }] });
  presence.apply(change(alice, { level: "writing" }));
  assert.deepEqual(names(presence), ["Alice writing", "Bob viewing"]);
  presence.apply(change(alice, { level: "viewing" }));
  assert.deepEqual(names(presence), ["Alice viewing", "Bob viewing"]);
  presence.apply(change(bob, { level: null }));
  assert.deepEqual(names(presence), ["Alice viewing"]);
  presence.connected({ connection: "c2", ping_s: 4, presence: [] });
  assert.deepEqual(names(presence), []);
});

test("oneself is never shown, on any device", () => {
  const presence = new Presence(signal(user("bob")));
  presence.connected({ connection: "c", ping_s: 4, presence: [{ ticket_id: 1, people: [bob, alice] }] });
  assert.deepEqual(names(presence), ["Alice viewing"]);
});

test("who is at a ticket that was taken away is forgotten", () => {
  const presence = new Presence(signal(user("carol")));
  presence.connected({ connection: "c", ping_s: 4, presence: [{ ticket_id: 1, people: [bob] }] });
  presence.heard(event(5, "ticket.hidden", { record: { noun: "removed", of: "ticket", key: "1" } }));
  assert.deepEqual(names(presence), []);
});

/** A window whose beats are answered at once. */
function opened() {
  const server = new FakeServer();
  const me = signal<User | null>(user("bob"));
  const isVisible = signal(true);
  const presence = new Presence(me);
  const beats = new PresenceBeats({ call: server.call, presence, me, isVisible });
  /** Answer what was asked, and say it in short. */
  const told = async (): Promise<string[]> => {
    const said: string[] = [];
    while (server.asked.length > 0) {
      const beat = server.asked[0]?.params as { connection: string; ticket_id: number | null; level?: string };
      said.push(`${beat.connection} ${beat.ticket_id} ${beat.level ?? "-"}`);
      await server.answer("presence.beat", { lease_ms: 20_000 });
    }
    return said;
  };
  return { server, me, isVisible, presence, beats, told };
}

async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
  await settle();
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

test("a window says where it is once it has a stream, and where it goes", async () => {
  const { presence, beats, told } = opened();
  const leave = beats.enter(7);
  assert.deepEqual(await told(), []);
  presence.connected({ connection: "c", ping_s: 4, presence: [] });
  assert.deepEqual(await told(), ["c 7 viewing"]);
  leave();
  beats.enter(8);
  await pass(1_000);
  assert.deepEqual(await told(), ["c 8 viewing"]);
});

test("typing is told once, and ends by itself", async () => {
  const { presence, beats, told } = opened();
  presence.connected({ connection: "c", ping_s: 4, presence: [] });
  beats.enter(7);
  await told();
  for (let key = 0; key < 5; key += 1) {
    beats.typed(7, "reply");
    await pass(500);
  }
  assert.deepEqual(await told(), ["c 7 writing"]);
  await pass(3_000);
  assert.deepEqual(await told(), []);
  await pass(3_000);
  assert.deepEqual(await told(), ["c 7 viewing"]);
});

test("a lease is renewed each third of it, and not while the window is hidden", async () => {
  const { presence, beats, isVisible, told } = opened();
  presence.connected({ connection: "c", ping_s: 4, presence: [] });
  beats.enter(7);
  await told();
  await pass(1_000);
  await pass(5_700);
  assert.deepEqual(await told(), ["c 7 viewing"]);
  isVisible.value = false;
  await pass(1_000);
  assert.deepEqual(await told(), ["c null -"]);
  await pass(60_000);
  assert.deepEqual(await told(), []);
});

test("a stream that was told nothing is not told that the window is nowhere", async () => {
  const { presence, beats, told } = opened();
  presence.connected({ connection: "c", ping_s: 4, presence: [] });
  beats.enter(7)();
  await pass(1_000);
  const said = await told();
  await pass(1_000);
  assert.deepEqual([...said, ...(await told())], ["c 7 viewing", "c null -"]);
  presence.connected({ connection: "d", ping_s: 4, presence: [] });
  await pass(1_000);
  assert.deepEqual(await told(), []);
});

test("a new stream is told again, and who does not want to be seen is told of nowhere", async () => {
  const { presence, beats, me, told } = opened();
  presence.connected({ connection: "c", ping_s: 4, presence: [] });
  beats.enter(7);
  await told();
  presence.connected({ connection: "d", ping_s: 4, presence: [] });
  await pass(1_000);
  assert.deepEqual(await told(), ["d 7 viewing"]);
  me.value = user("bob", { shows_presence: false });
  await pass(1_000);
  assert.deepEqual(await told(), ["d null -"]);
});

test("a beat that fails is tried again with the next one", async () => {
  const { server, presence, beats, told } = opened();
  presence.connected({ connection: "c", ping_s: 4, presence: [] });
  beats.enter(7);
  await server.fail("presence.beat", new Error("down"));
  await pass(1_000);
  assert.deepEqual(await told(), []);
  await pass(6_000);
  assert.deepEqual(await told(), ["c 7 viewing"]);
});

test("a window that is closed says nothing more", async () => {
  const { presence, beats, told } = opened();
  presence.connected({ connection: "c", ping_s: 4, presence: [] });
  beats.enter(7);
  await told();
  beats.close();
  await pass(60_000);
  beats.enter(8);
  assert.deepEqual(await told(), []);
});
