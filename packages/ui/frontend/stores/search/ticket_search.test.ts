import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { mapStorage } from "../../testing/map_storage.ts";
import { FakeServer, settle, ticket } from "../fixtures.ts";
import { Project } from "../project.ts";
import { RecentTexts } from "./recent_texts.ts";
import { TicketSearch } from "./ticket_search.ts";

const opened: TicketSearch[] = [];

afterEach(() => {
  for (const search of opened.splice(0)) search.close();
});

function searched(...ids: string[]) {
  const servers = ids.map(() => new FakeServer());
  const projects = servers.map(
    ({ call, release, openStream }, index) =>
      new Project({ id: ids[index] ?? "", name: "P", call, release, openStream, signIn: null, onEvent: () => {} }),
  );
  const search = new TicketSearch(() => projects, 1);
  opened.push(search);
  return { servers, search };
}

function page(ids: number[], next: number | null = null) {
  const found = ids.map((id) => ({ ticket: ticket(id), place: "title", message_id: null, snippet: [] }));
  return { found, next_before: next, ignored: [], missing: 0, seq: 1 };
}

/** Return what the first open question is asked with. */
function paramsOf(server: FakeServer | undefined): Record<string, unknown> {
  return { ...(server?.asked[0]?.params as object) };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

test("the answer to an earlier question is never shown", async () => {
  const { servers, search } = searched("p");
  const [server] = servers;
  search.ask("vp*");
  search.ask("vpn*");
  await server?.answer("search.tickets", page([1]));
  assert.deepEqual([search.found.value.length, search.isBusy.value, search.isStale.value], [0, true, true]);
  await pause();
  assert.equal(paramsOf(server).query, "vpn*");
  await server?.answer("search.tickets", page([2]));
  assert.deepEqual(
    [search.found.value[0]?.ticket.ticket_id, search.isBusy.value, search.answered.value],
    [2, false, "vpn*"],
  );
});

test("a slow answer does not hold back the next question", async () => {
  const { servers, search } = searched("p");
  search.ask("vp*");
  search.ask("vpn*");
  await pause();
  assert.deepEqual(
    servers[0]?.asked.map(({ params }) => (params as { query: string }).query),
    ["vp*", "vpn*"],
  );
});

test("nothing typed finds nothing, also when an answer is on its way", async () => {
  const { servers, search } = searched("p");
  search.ask("vpn*");
  search.ask("");
  await servers[0]?.answer("search.tickets", page([1]));
  await pause();
  assert.deepEqual([search.found.value.length, search.isBusy.value, servers[0]?.asked.length], [0, false, 0]);
});

test("the next tickets come behind those that are there", async () => {
  const { servers, search } = searched("p");
  search.ask("vpn");
  await servers[0]?.answer("search.tickets", page([9, 8], 8));
  assert.equal(search.hasMore.value, true);
  void search.loadMore();
  assert.deepEqual([search.isBusy.value, search.isStale.value], [true, false]);
  assert.equal(paramsOf(servers[0]).before, 8);
  await servers[0]?.answer("search.tickets", page([7]));
  assert.deepEqual(
    search.found.value.map((one) => one.ticket.ticket_id),
    [9, 8, 7],
  );
  assert.equal(search.hasMore.value, false);
});

test("every project is searched", async () => {
  const { servers, search } = searched("one", "other");
  search.ask("vpn");
  await servers[1]?.answer("search.tickets", page([1]));
  await servers[0]?.answer("search.tickets", page([1]));
  assert.deepEqual(
    search.found.value.map(({ project }) => project.id),
    ["one", "other"],
  );
});

test("a project that does not answer hides nothing of the others", async () => {
  const { servers, search } = searched("one", "other");
  search.ask("vpn");
  await servers[0]?.fail("search.tickets", new ApiError("The support desk did not answer"));
  await servers[1]?.answer("search.tickets", page([1]));
  assert.deepEqual([search.found.value.length, search.problem.value?.message], [1, "The support desk did not answer"]);
});

test("what is refused is told, and asked once more", async () => {
  const { servers, search } = searched("p");
  search.ask("is:odd");
  await servers[0]?.fail("search.tickets", new ApiError("the query is not understood"));
  assert.equal(search.problem.value?.message, "the query is not understood");
  search.retry();
  await pause();
  await servers[0]?.answer("search.tickets", page([]));
  await settle();
  assert.equal(search.problem.value, null);
});

test("recent texts are few, each once, and survive", () => {
  const kept = new Map<string, string>();
  const storage = mapStorage(kept);
  const recent = new RecentTexts(() => storage, "x", 2);
  for (const text of ["a", "b", "a", "", "y".repeat(300)]) recent.add(text);
  assert.deepEqual(recent.texts.value, ["a", "b"]);
  recent.add("c");
  assert.deepEqual(new RecentTexts(() => storage, "x", 2).texts.value, ["c", "a"]);
  recent.remove("c");
  recent.clear();
  assert.equal(kept.size, 0);
  kept.set("hero_assistance.x", '{"a": 1}');
  assert.deepEqual(new RecentTexts(() => storage, "x").texts.value, []);
});
