import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { ERROR_CODES, type StatsDay } from "../../api/wire.ts";
import { FakeServer, ticket } from "../fixtures.ts";
import { toCsv } from "./csv.ts";
import { barsOf, durationTicks, labelled, linePath, runsOf, ticksFor } from "./plot.ts";
import { formatQuery, parseQuery, spanOf } from "./query.ts";
import { Stats } from "./stats.ts";
import { dayAt, isDay, isZone, plusDays, startOf } from "./zones.ts";

const NOW = Date.UTC(2026, 10, 27, 23, 30);
const BERLIN = { zone: "Europe/Berlin", now: NOW };
const DAY_MS = 86_400_000;

test("a day begins where its zone says, also where clocks change", () => {
  assert.equal(startOf("2026-03-29", "Europe/Berlin"), Date.UTC(2026, 2, 28, 23));
  assert.equal(startOf("2026-03-30", "Europe/Berlin"), Date.UTC(2026, 2, 29, 22));
  assert.equal(startOf("2026-10-26", "Europe/Berlin"), Date.UTC(2026, 9, 25, 23));
  assert.equal(startOf("2026-01-01", "Asia/Kathmandu"), Date.UTC(2025, 11, 31, 18, 15));
  assert.equal(dayAt(NOW, "Europe/Berlin"), "2026-11-28");
  assert.equal(dayAt(NOW, "America/New_York"), "2026-11-27");
  assert.equal(plusDays("2026-02-28", 1), "2026-03-01");
  assert.deepEqual(["2026-02-30", "26-1-1", "2026-02-28"].map(isDay), [false, false, true]);
  assert.deepEqual(["Europe/Berlin", "Mars/Base", ""].map(isZone), [true, false, false]);
});

test("an address says which days, and what is wrong in it is as by default", () => {
  const usual = parseQuery("", BERLIN);
  assert.deepEqual([usual.range, usual.days], [30, { first: "2026-10-30", last: "2026-11-28" }]);
  assert.deepEqual(parseQuery("range=12&zone=Mars/Base&figure=all", BERLIN), usual);
  assert.deepEqual(parseQuery("from=2026-12-01&until=2026-11-01", BERLIN).range, 30);
  assert.deepEqual(parseQuery("from=2020-01-01&until=2026-11-01", BERLIN).range, 30);
});

test("an address leads to the same page again", () => {
  for (const text of [
    "zone=UTC",
    "range=7&zone=Europe%2FBerlin",
    "from=2026-01-01&until=2026-01-31&zone=UTC&figure=solved&agent=bob&first=2026-01-02&last=2026-01-02",
    "zone=UTC&figure=backlog&tag=a+b",
  ]) {
    assert.equal(formatQuery(parseQuery(text, BERLIN)), text);
  }
});

test("a span goes from the first moment of its first day to the last one of its last", () => {
  const { start, end } = spanOf({ first: "2026-03-28", last: "2026-03-29" }, "Europe/Berlin");
  assert.equal(end - start, 47 * 3_600_000);
});

function days(count: number): StatsDay[] {
  return Array.from({ length: count }, (_, at) => ({
    start: at * DAY_MS,
    created: 1,
    first_response: 0,
    solved: at % 2,
    backlog: at,
    first_response_median_ms: null,
    solved_median_ms: at % 2 ? at : null,
  }));
}

test("many days are put together, so that bars are wide enough, and the last one is whole", () => {
  assert.equal(barsOf(days(62), "UTC").length, 62);
  const weeks = barsOf(days(90), "UTC");
  assert.deepEqual([weeks.length, weeks[0]?.created, weeks.at(-1)?.created], [13, 6, 7]);
  assert.deepEqual(weeks.at(-1)?.days, { first: "1970-03-25", last: "1970-03-31" });
  assert.deepEqual([weeks.at(-1)?.backlog, weeks.at(-1)?.solved], [89, 4]);
  assert.equal(barsOf(days(1100), "UTC").length, 40);
  assert.deepEqual(barsOf([], "UTC"), []);
});

test("a bar has the median of its days, which only the server knows where there are several", () => {
  const each = barsOf(days(3), "UTC").map((bar) => [bar.firstResponseMs, bar.solvedMs]);
  assert.deepEqual(each, [
    [null, null],
    [null, 1],
    [null, null],
  ]);
  const of = (groups: StatsDay[]) => barsOf(days(90), "UTC", groups).map((bar) => bar.solvedMs);
  const together = days(13).map((day, at) => ({ ...day, solved_median_ms: at === 0 ? null : at }));
  assert.deepEqual(of(together), [null, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.deepEqual(new Set(of([])), new Set([null]));
});

test("a scale of times has whole minutes, hours or days", () => {
  const [minute, hour, day] = [60_000, 3_600_000, DAY_MS];
  assert.deepEqual(durationTicks(0), [0, minute]);
  assert.deepEqual(durationTicks(90 * minute), [0, 50 * minute, 100 * minute]);
  assert.deepEqual(durationTicks(2.5 * hour), [0, hour, 2 * hour, 3 * hour]);
  assert.deepEqual(durationTicks(2 * day), [0, day, 2 * day]);
});

test("a line has a gap where there is no value", () => {
  assert.deepEqual(runsOf([null, [0, 1], [1, 2], null, null, [4, 3]]), [
    [
      [0, 1],
      [1, 2],
    ],
    [[4, 3]],
  ]);
  assert.deepEqual(runsOf([]), []);
});

test("a scale has whole steps and holds its highest value", () => {
  assert.deepEqual(ticksFor(0), [0, 1]);
  assert.deepEqual(ticksFor(3), [0, 1, 2, 3]);
  assert.deepEqual(ticksFor(7), [0, 2, 4, 6, 8]);
  assert.deepEqual(ticksFor(1_234), [0, 500, 1000, 1500]);
  for (let most = 0; most < 5_000; most += 37) {
    const ticks = ticksFor(most);
    assert.ok((ticks.at(-1) ?? 0) >= most && ticks.length >= 2 && ticks.length <= 7, String(most));
  }
});

test("labels are few, and the last bar has one", () => {
  assert.deepEqual(labelled(30, 6), [4, 9, 14, 19, 24, 29]);
  assert.deepEqual(labelled(3, 6), [0, 1, 2]);
  assert.deepEqual(labelled(0, 6), []);
  assert.equal(
    linePath([
      [0, 1],
      [2.55, 3],
    ]),
    "M0.0 1.0L2.5 3.0",
  );
});

test("a cell of a table is no formula, and may have lines and quotes", () => {
  assert.equal(
    toCsv([
      ["a", 1, null],
      ['say "no", Bob', "=1+1", "-x"],
    ]),
    'a,1,\r\n"say ""no"", Bob",\'=1+1,\'-x\r\n',
  );
  assert.equal(toCsv([[-1]]), "-1\r\n");
});

test("the answer to an earlier question is not taken", async () => {
  const server = new FakeServer();
  const stats = new Stats(server.call);
  const query = parseQuery("figure=created", BERLIN);
  const listed = () => stats.tickets.value?.map((one) => one.ticket_id);
  void stats.list(query.figure, "UTC");
  void stats.list(query.figure, "UTC");
  await server.answer("stats.tickets", { tickets: [ticket(1)], next_after: null });
  assert.equal(listed(), undefined);
  await server.answer("stats.tickets", { tickets: [ticket(2)], next_after: 2 });
  assert.deepEqual(listed(), [2]);
  const next = stats.more(query.figure ?? assert.fail(), "UTC");
  assert.equal((server.asked[0]?.params as { after: number } | undefined)?.after, 2);
  await server.fail("stats.tickets", new ApiError("it is down"));
  await next;
  assert.deepEqual([listed()?.length, stats.ticketsProblem.value?.message], [1, "it is down"]);
});

test("figures of other days are not shown under these, and those of the same days stay while they are asked for", async () => {
  const server = new FakeServer();
  const stats = new Stats(server.call);
  const answer = async () => {
    await server.answer("stats.overview", {});
    await server.answer("stats.by_day", { days: [] });
    await server.answer("stats.by_tag", { rows: [] });
    await server.answer("stats.by_agent", { rows: [] });
  };
  void stats.load(parseQuery("range=7", BERLIN));
  await answer();
  void stats.load(parseQuery("range=7", BERLIN));
  assert.notEqual(stats.figures.value, null);
  await answer();
  void stats.load(parseQuery("range=90", BERLIN));
  assert.equal(stats.figures.value, null);
});

test("where a bar stands for several days, the server puts them together, and an older one does not", async () => {
  const server = new FakeServer();
  const stats = new Stats(server.call);
  const query = parseQuery("range=90&zone=UTC", BERLIN);
  const loaded = async (answerGroups: () => Promise<void>) => {
    const load = stats.load(query);
    await server.answer("stats.overview", {});
    await server.answer("stats.by_day", { days: days(90) });
    assert.equal((server.asked[0]?.params as { days_each?: number } | undefined)?.days_each, 7);
    await answerGroups();
    await server.answer("stats.by_tag", { rows: [] });
    await server.answer("stats.by_agent", { rows: [] });
    await load;
    return stats.figures.value?.groups.length;
  };
  assert.equal(await loaded(() => server.answer("stats.by_day", { days: days(13) })), 13);
  const refused = new ApiError("unknown", { code: ERROR_CODES["invalid-params"] });
  assert.equal(await loaded(() => server.fail("stats.by_day", refused)), 0);
});

test("figures come together or not at all", async () => {
  const server = new FakeServer();
  const stats = new Stats(server.call);
  const query = parseQuery("", BERLIN);
  void stats.load(query);
  for (const [method, answer] of [
    ["stats.overview", {}],
    ["stats.by_day", { days: [] }],
    ["stats.by_tag", { rows: [] }],
  ] as const) {
    await server.answer(method, answer);
  }
  assert.equal(stats.figures.value, null);
  await server.fail("stats.by_agent", new ApiError("it is down"));
  assert.deepEqual([stats.figures.value, stats.problem.value?.message], [null, "it is down"]);
});
