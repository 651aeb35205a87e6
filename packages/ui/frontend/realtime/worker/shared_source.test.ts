import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { fakeSources } from "./fake_source.ts";
import { type EventWorker, shareSources, splitPlaces } from "./shared_source.ts";
import type { TabMessage, WorkerMessage } from "./worker_messages.ts";

class Worker implements EventWorker {
  onerror: (() => void) | null = null;
  readonly said: TabMessage[] = [];
  isClosed = false;
  readonly port: EventWorker["port"] = {
    onmessage: null,
    postMessage: (message) => void this.said.push(message),
    close: () => {
      this.isClosed = true;
    },
  };
  tell(message: WorkerMessage): void {
    this.port.onmessage?.({ data: message });
  }
}

const ADDRESS = new URL("http://desk/projects/p/events?X-Picked-User=bob&since=7");

function sharing(start?: () => EventWorker) {
  const workers: Worker[] = [];
  const own = fakeSources();
  const startOne = () => {
    const worker = new Worker();
    workers.push(worker);
    return worker;
  };
  const open = shareSources({
    start: start ?? startOne,
    reader: () => "bob",
    unplaced: ["X-Picked-User"],
    openOwn: own.open,
  });
  return { open, workers, own: own.opened };
}

test("the address goes to the worker without its places", () => {
  assert.deepEqual(splitPlaces(ADDRESS, ["X-Picked-User"]), {
    address: "http://desk/projects/p/events?X-Picked-User=bob",
    places: { since: 7 },
  });
});

test("a tab hears what the worker passes on, and answers it", () => {
  const { open, workers, own } = sharing();
  const source = open(ADDRESS);
  const heard: string[] = [];
  source.onopen = () => heard.push("open");
  source.onerror = () => heard.push("error");
  source.addEventListener("ticket.created", ({ data, lastEventId }) => heard.push(`${data} ${lastEventId}`));
  const [worker] = workers;
  assert.ok(worker);
  worker.tell({ say: "hello" });
  worker.tell({ say: "open" });
  worker.tell({ say: "event", kind: "ticket.created", data: "{}", id: "8" });
  worker.tell({ say: "ask" });
  worker.tell({ say: "lost" });
  worker.tell({ say: "event", kind: "ticket.created", data: "{}", id: "9" });
  assert.deepEqual(heard, ["open", "{} 8", "error"]);
  assert.deepEqual(
    worker.said.map(({ say }) => say),
    ["follow", "alive", "leave"],
  );
  assert.equal(own.length, 0);
});

test("a worker that cannot be started leaves each tab its own stream, and is not tried again", () => {
  const { open, workers, own } = sharing();
  const source = open(ADDRESS);
  const heard: string[] = [];
  source.onopen = () => heard.push("open");
  source.addEventListener("ticket.created", ({ data }) => heard.push(data));
  workers[0]?.onerror?.();
  assert.equal(own[0]?.address.href, ADDRESS.href);
  own[0]?.open();
  own[0]?.send("ticket.created");
  assert.deepEqual(heard, ["open", "{}"]);
  open(ADDRESS);
  assert.deepEqual([workers.length, own.length], [1, 2]);
});

test("so does a browser that refuses workers", () => {
  const { open, own } = sharing(() => {
    throw new Error("SecurityError");
  });
  open(ADDRESS);
  assert.equal(own.length, 1);
});

test("so does a worker that hangs, until the next time", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { open, workers, own } = sharing();
    const source = open(ADDRESS);
    mock.timers.tick(20_000);
    assert.equal(own.length, 1);
    source.close();
    assert.equal(own[0]?.readyState, 2);
    open(ADDRESS);
    assert.equal(workers.length, 2);
  } finally {
    mock.timers.reset();
  }
});
