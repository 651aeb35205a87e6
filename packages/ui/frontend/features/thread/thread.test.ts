import assert from "node:assert/strict";
import { test } from "node:test";
import { message, ticket } from "../../stores/fixtures.ts";
import { fitPicture } from "./picture_size.ts";
import { openingOf, sideOf, withOpening } from "./sides.ts";

test("a picture is never shown larger than it is, and keeps its shape", () => {
  assert.deepEqual(fitPicture({ width: 40, height: 30 }), { width: 40, height: 30 });
  assert.deepEqual(fitPicture({ width: 896, height: 100 }), { width: 448, height: 50 });
  assert.deepEqual(fitPicture({ width: 288, height: 2880 }), { width: 29, height: 288 });
});

test("a note is a note, of the customer too", () => {
  assert.equal(sideOf(message(1, { kind: "note", author: "carol" }), ticket(1)), "note");
  assert.equal(sideOf(message(1, { author: "carol" }), ticket(1)), "customer");
  assert.equal(sideOf(message(1, { author: "bob" }), ticket(1)), "team");
  assert.equal(sideOf(message(1, { author: "dave" }), ticket(1, { collaborators: ["dave"] })), "customer");
});

test("the ticket's own text is its customer's first message", () => {
  const opening = openingOf(ticket(1), { body: "Help", attachments: [] });
  assert.equal(opening.body, "Help");
  assert.equal(sideOf(opening, ticket(1)), "customer");
});

test("the ticket's own text is the first, except for what was merged into it and is older", () => {
  const filed = ticket(5, { created_at: 5 });
  const idsOf = (...times: number[]) =>
    withOpening(
      filed,
      { body: "Help", attachments: [] },
      times.map((time) => message(time)),
    ).map(({ message_id }) => message_id);
  assert.deepEqual(idsOf(), [0]);
  assert.deepEqual(idsOf(5, 6), [0, 5, 6]);
  assert.deepEqual(idsOf(3, 4, 6), [3, 4, 0, 6]);
  assert.deepEqual(idsOf(3, 4), [3, 4, 0]);
  assert.deepEqual(withOpening(filed, null, [message(6)]), [message(6)]);
});
