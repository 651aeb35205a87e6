import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { EventQueue } from "./event_queue.ts";

function push(queue: EventQueue, applied: string[], project: string, count: number): void {
  for (let number = 0; number < count; number += 1) queue.push(project, () => applied.push(`${project}${number}`));
}

async function atRest(queue: EventQueue, applied: string[], expected: number): Promise<void> {
  for (let turn = 0; turn < 1000 && applied.length < expected; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  queue.clear("");
}

test("one event is applied at once", () => {
  const applied: string[] = [];
  push(new EventQueue(), applied, "a", 1);
  assert.deepEqual(applied, ["a0"]);
});

test("many are applied in their order, and none is lost", async () => {
  const [queue, applied]: [EventQueue, string[]] = [new EventQueue(), []];
  push(queue, applied, "a", 500);
  await atRest(queue, applied, 500);
  assert.deepEqual(
    applied,
    Array.from({ length: 500 }, (_, number) => `a${number}`),
  );
});

test("a project that sends many does not stand in the way of another", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const [queue, applied]: [EventQueue, string[]] = [new EventQueue(), []];
    push(queue, applied, "many", 10_000);
    push(queue, applied, "few", 1);
    assert.equal(applied.length, 1);
    mock.timers.tick(0);
    mock.timers.tick(60_000);
    assert.ok(applied.includes("few0"));
    assert.ok(applied.length < 200);
  } finally {
    mock.timers.reset();
  }
});

test("what is forgotten is not applied", async () => {
  const [queue, applied]: [EventQueue, string[]] = [new EventQueue(), []];
  push(queue, applied, "a", 5);
  push(queue, applied, "b", 5);
  queue.clear("a");
  await atRest(queue, applied, 6);
  assert.deepEqual(applied, ["a0", "b0", "b1", "b2", "b3", "b4"]);
});
