import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { mapStorage } from "../../testing/map_storage.ts";
import { QuietStorage } from "../quiet_storage.ts";
import { Form, faultOf, formName, keeperOf, problemBesides } from "./form.ts";

const SAVED = { name: "Support", hours: { mon: ["09:00-17:00"] }, isOpen: true };

function memory() {
  const texts = new Map<string, string>();
  const storage = new QuietStorage(() => mapStorage(texts));
  return { texts, keeper: keeperOf(storage, formName("p", "alice", "project")) };
}

test("what was typed back is no change", () => {
  const form = new Form(SAVED);
  form.set("name", "Help");
  form.set("hours", { mon: ["09:00-17:00"] });
  assert.deepEqual([form.isDirty.value, form.values.value.name], [true, "Help"]);
  form.set("name", "Support");
  assert.equal(form.isDirty.value, false);
});

test("what differs is sent, and what the server made of it is shown", async () => {
  const form = new Form(SAVED);
  form.set("name", " Help ");
  const sent: unknown[] = [];
  const isSaved = await form.submit(async (changes) => {
    sent.push(changes);
    return { name: "Help" };
  });
  assert.deepEqual(sent, [{ name: " Help " }]);
  assert.deepEqual([isSaved, form.isSaved.value, form.isDirty.value], [true, true, false]);
  assert.equal(form.values.value.name, "Help");
  form.set("isOpen", false);
  assert.equal(form.isSaved.value, false);
});

test("a refused save loses nothing, and what is typed during a save stays", async () => {
  const form = new Form(SAVED);
  form.set("name", "Help");
  assert.equal(await form.submit(() => Promise.reject(new ApiError("no"))), false);
  assert.deepEqual([form.values.value.name, form.problem.value?.message], ["Help", "no"]);
  await form.submit(async () => {
    form.set("name", "Help!");
    return undefined;
  });
  assert.deepEqual([form.values.value.name, form.isDirty.value, form.problem.value], ["Help!", true, null]);
});

test("two saves at once are one", async () => {
  const form = new Form(SAVED);
  form.set("name", "Help");
  let count = 0;
  const send = async () => {
    count += 1;
    return undefined;
  };
  await Promise.all([form.submit(send), form.submit(send)]);
  assert.equal(count, 1);
});

test("what somebody else saves shows where nothing was typed", () => {
  const form = new Form(SAVED);
  form.set("name", "Help");
  form.take({ ...SAVED, name: "Desk", isOpen: false });
  assert.deepEqual([form.values.value.name, form.values.value.isOpen], ["Help", false]);
  form.undo();
  assert.equal(form.values.value.name, "Desk");
});

test("what was typed is there again in another form, until it is saved", async () => {
  const { texts, keeper } = memory();
  new Form(SAVED, keeper).set("name", "Help");
  const again = new Form(SAVED, keeper);
  assert.equal(again.values.value.name, "Help");
  await again.submit(async () => undefined);
  assert.equal(texts.size, 0);
  keeper.write("no JSON");
  assert.equal(new Form(SAVED, keeper).isDirty.value, false);
  keeper.write('{"unknown": 1, "name": "Support"}');
  assert.equal(new Form(SAVED, keeper).isDirty.value, false);
});

test("a fault is said at its field, and what no field says is said below", () => {
  const data = { faults: ["name: is empty", "hours.mon.0: 25:00 is no time"] };
  const problem = new ApiError("they do not fit", { data });
  assert.equal(faultOf(problem, "name"), "Is empty");
  assert.equal(faultOf(problem, "hours"), "25:00 is no time");
  assert.equal(faultOf(problem, "na"), null);
  assert.equal(problemBesides(problem, ["name", "hours"]), null);
  assert.equal(problemBesides(problem, ["name"]), problem);
  assert.equal(faultOf(null, "name"), null);
  const other = new ApiError("it is down");
  assert.equal(problemBesides(other, ["name"]), other);
});
