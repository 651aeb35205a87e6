import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import type { Rating } from "../../api/wire.ts";
import { event, FakeServer, opened, settle, ticket } from "../fixtures.ts";
import { isCurrent, isRatable, RATING_DAYS, ratingsOf } from "./ratings.ts";

const DAY = 24 * 3600 * 1000;

function rating(fields: Partial<Rating> = {}): Rating {
  return {
    noun: "rating",
    ticket_id: 1,
    solved_at: 50,
    user_id: "carol",
    score: "good",
    comment: "",
    agent: null,
    rated_at: 60,
    ...fields,
  };
}

const solved = ticket(1, { status: "solved", solved_at: 50, first_response_at: 40 });

test("an answer is rated where there is one, for a time after its ticket was solved, and where it was not merged", () => {
  assert.equal(isRatable(ticket(1), 0), false);
  assert.equal(isRatable(solved, 50), true);
  assert.equal(isRatable(solved, 50 + RATING_DAYS * DAY), false);
  assert.equal(isRatable({ ...solved, merged_into: 2 }, 50), false);
  assert.equal(isRatable({ ...solved, first_response_at: null }, 50), false);
});

test("a rating of an earlier solving is not one of this answer", () => {
  assert.equal(isCurrent(rating(), solved), true);
  assert.equal(isCurrent(rating({ solved_at: 40 }), solved), false);
  assert.equal(isCurrent(null, solved), false);
});

test("what was said is asked for once, and shown", async () => {
  const server = new FakeServer();
  const ratings = ratingsOf(await opened(server));
  const latest = ratings.of(1);
  assert.equal(latest.peek() === null, true);
  await server.answer("rating.of_ticket", { ratings: [rating({ score: "bad" })] });
  assert.equal(latest.value?.score, "bad");
  assert.equal(ratings.of(1), latest);
  assert.equal(server.asked.length, 0);
});

test("a rating shows at once, and is undone when it is refused", async () => {
  const server = new FakeServer();
  const ratings = ratingsOf(await opened(server));
  const latest = ratings.of(1);
  await server.answer("rating.of_ticket", { ratings: [] });
  const refused = assert.rejects(ratings.rate(solved, "good", ""));
  assert.equal(latest.value?.score, "good");
  await server.fail("rating.rate", new ApiError("no"));
  await refused;
  assert.equal(latest.value, null);
});

test("a rating that was given elsewhere is taken from its event", async () => {
  const server = new FakeServer();
  const ratings = ratingsOf(await opened(server));
  const latest = ratings.of(1);
  await server.answer("rating.of_ticket", { ratings: [rating()] });
  server.listener?.event(event(9, "rating.saved", { ticket: solved, record: rating({ score: "bad", rated_at: 70 }) }));
  assert.equal(latest.value?.score, "bad");
});

test("a question without an answer is asked again", async () => {
  const server = new FakeServer();
  const ratings = ratingsOf(await opened(server));
  ratings.of(1);
  await server.fail("rating.of_ticket", new ApiError("down"));
  ratings.of(1);
  await settle();
  assert.equal(server.asked.length, 1);
});

test("a rating that was missed is there after the next snapshot", async () => {
  const server = new FakeServer();
  const project = await opened(server);
  const latest = ratingsOf(project).of(1);
  await server.answer("rating.of_ticket", { ratings: [rating()] });
  project.snapshots.value += 1;
  await server.answer("rating.of_ticket", { ratings: [rating({ score: "bad", rated_at: 70 })] });
  assert.equal(latest.value?.score, "bad");
});

test("what was said while an answer was on its way is not undone by it", async () => {
  const server = new FakeServer();
  const latest = ratingsOf(await opened(server)).of(1);
  server.listener?.event(event(9, "rating.saved", { ticket: solved, record: rating({ score: "bad", rated_at: 70 }) }));
  await server.answer("rating.of_ticket", { ratings: [] });
  assert.equal(latest.value?.score, "bad");
});

test("a rating without an answer is asked for as the server is back", async () => {
  const server = new FakeServer();
  const project = await opened(server);
  const latest = ratingsOf(project).of(1);
  await server.fail("rating.of_ticket", new ApiError("down"));
  project.session.phase.value = "behind";
  server.listener?.open();
  await server.answer("rating.of_ticket", { ratings: [rating()] });
  assert.equal(latest.value?.score, "good");
});
