import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import { ApiError } from "../../api/errors.ts";
import type { CannedReply, Event } from "../../api/wire.ts";
import { event, FakeServer } from "../fixtures.ts";
import { formatTargets, formatWeek, parseTargets, parseWeek, withHoliday, withNextShift } from "./hours.ts";
import { pagesOf, parsePage } from "./pages.ts";
import { ProjectSettings } from "./project_settings.ts";
import { TagAdministration } from "./tag_list.ts";
import { TeamTexts } from "./team_texts.ts";

test("hours are what they were after they were shown, also until midnight", () => {
  const hours = { mon: ["09:00-12:00", "13:00-17:30"], sun: ["18:00-24:00"] };
  assert.deepEqual(parseWeek(hours).sun, [{ from: "18:00", until: "00:00" }]);
  assert.deepEqual(formatWeek(parseWeek(hours)), hours);
  assert.deepEqual(formatWeek(parseWeek({})), {});
});

test("one more shift comes behind the last one, within the day", () => {
  const first = withNextShift([]);
  assert.deepEqual(withNextShift(first).at(-1), { from: "18:00", until: "22:00" });
  assert.deepEqual(withNextShift([{ from: "20:00", until: "23:30" }]).at(-1), { from: "22:00", until: "23:00" });
});

test("a target is shown in the largest unit without a rest", () => {
  const targets = parseTargets({ urgent: 30, high: 120, normal: 2_880, low: 90 });
  assert.deepEqual(
    Object.values(targets).map(({ count, unit }) => `${count} ${unit}`),
    ["30 minutes", "2 hours", "2 days", "90 minutes"],
  );
  assert.deepEqual(formatTargets(targets), { urgent: 30, high: 120, normal: 2_880, low: 90 });
  const typed = { ...parseTargets({}), high: { count: " 1,5 ", unit: "hours" as const } };
  assert.deepEqual(formatTargets(typed), { high: 90 });
});

test("a holiday stands in the list once, in order", () => {
  assert.deepEqual(withHoliday(["2026-12-25", "2027-01-01"], "2026-12-25"), ["2026-12-25", "2027-01-01"]);
  assert.deepEqual(withHoliday(["2026-12-25"], "2026-05-01"), ["2026-05-01", "2026-12-25"]);
});

test("customers have their own pages alone, and an address that is none leads to the first", () => {
  assert.deepEqual([pagesOf("customer").team, pagesOf("customer").admin], [[], []]);
  assert.deepEqual([pagesOf("agent").team.length, pagesOf("agent").admin], [3, []]);
  assert.ok(pagesOf("admin").admin.includes("people"));
  assert.deepEqual([parsePage("tags"), parsePage("toString")], ["tags", "profile"]);
});

function source() {
  const server = new FakeServer();
  const listeners: Array<(event: Event) => void> = [];
  const follow = (listener: (event: Event) => void) => {
    listeners.push(listener);
    return () => {};
  };
  const hear = (record: Event["record"]) => {
    for (const listener of listeners) listener(event(1, "project.updated", { record }));
  };
  return { server, project: { call: server.call, follow, snapshots: signal(1) }, hear };
}

const SETTINGS = { noun: "project", name: "Support", tag_colours: { vpn: "red" } } as const;

test("settings are asked for once, follow events, and are asked for again after a gap", async () => {
  const { server, project, hear } = source();
  const settings = new ProjectSettings(project);
  project.snapshots.value += 1;
  assert.equal(server.asked.length, 0);
  settings.ensure();
  settings.ensure();
  await server.answer("project.get", SETTINGS);
  assert.deepEqual([settings.colourOf("vpn"), settings.colourOf("toString")], ["red", null]);
  hear({ ...SETTINGS, tag_colours: { vpn: "red hidden" } } as unknown as Event["record"]);
  assert.equal(settings.colourOf("vpn"), null);
  hear({ ...SETTINGS, tag_colours: {} } as unknown as Event["record"]);
  assert.equal(settings.colourOf("vpn"), null);
  project.snapshots.value += 1;
  await server.answer("project.get", SETTINGS);
  assert.equal(settings.colourOf("vpn"), "red");
  const saving = settings.save({ name: "Help" });
  await server.answer("project.update", { ...SETTINGS, name: "Help" });
  assert.equal((await saving).name, "Help");
  assert.equal(settings.settings.value?.name, "Help");
});

test("settings that could not be fetched are asked for again", async () => {
  const { server, project } = source();
  const settings = new ProjectSettings(project);
  settings.ensure();
  await server.fail("project.get", new ApiError("it is down"));
  settings.ensure();
  await server.answer("project.get", SETTINGS);
  assert.equal(settings.settings.value?.name, "Support");
});

const REPLY: CannedReply = {
  noun: "canned_reply",
  canned_reply_id: 1,
  name: "Hello",
  body: "Dear",
  owner: null,
  updated_at: 1,
};

test("canned replies are in order, and those of others come and go by events", async () => {
  const { server, project, hear } = source();
  const { cannedReplies } = new TeamTexts(project);
  const names = () => cannedReplies.list.value?.map(({ name }) => name);
  hear(REPLY);
  assert.equal(names(), undefined);
  const loaded = cannedReplies.load();
  await server.answer("canned_reply.list", { canned_replies: [REPLY], next_cursor: "c", seq: 1 });
  const bye = { ...REPLY, canned_reply_id: 2, name: "Bye" };
  await server.answer("canned_reply.list", { canned_replies: [bye], next_cursor: null, seq: 1 });
  await loaded;
  assert.deepEqual(names(), ["Bye", "Hello"]);
  hear({ ...REPLY, name: "Ahoy" });
  assert.deepEqual(names(), ["Ahoy", "Bye"]);
  hear({ noun: "removed", of: "macro", key: "1" });
  hear({ noun: "removed", of: "canned_reply", key: "2" });
  assert.deepEqual(names(), ["Ahoy"]);
});

test("tags are read to their end, and how many tickets a name has is known", async () => {
  const server = new FakeServer();
  const tags = new TagAdministration(server.call);
  const loaded = tags.load();
  await server.answer("tag.list", { tags: [{ tag: "a", tickets: 1, active: 1 }], next_after: "a", seq: 1 });
  await server.answer("tag.list", { tags: [{ tag: "vpn", tickets: 9, active: 0 }], next_after: null, seq: 1 });
  await loaded;
  assert.deepEqual(
    tags.list.value?.map(({ tag }) => tag),
    ["vpn", "a"],
  );
  assert.deepEqual([tags.countOf(" VPN "), tags.countOf("x")], [9, 0]);
});
