import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, NO_ANSWER } from "../../api/errors.ts";
import { ERROR_CODES } from "../../api/wire.ts";
import { FakeServer, message, page, settle, thread, ticket, user } from "../fixtures.ts";
import { Project } from "../project.ts";
import { MemoryRecords } from "./memory_records.ts";
import { SeenTickets } from "./seen_tickets.ts";

const NOTHING = new ApiError("no answer", { reason: NO_ANSWER });
const WHO = new ApiError("who?", { code: ERROR_CODES.unauthenticated });

function opened(records: MemoryRecords) {
  const server = new FakeServer();
  const { call, release, openStream, signIn } = server;
  const seen = new SeenTickets(records, "p", () => "");
  const project = new Project({ id: "p", name: "P", call, release, openStream, signIn, seen, onEvent() {} });
  void project.load();
  return { server, project };
}

/** A page that has shown a list and a thread, and was left. */
async function seenBefore(): Promise<MemoryRecords> {
  const records = new MemoryRecords();
  const { server, project } = opened(records);
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 3));
  project.thread(1);
  await server.answer("ticket.get", ticket(1, { body: "Seen text" }));
  await server.answer("message.list", thread([message(7)], 3));
  project.kept.keep();
  await settle();
  return records;
}

async function failToLoad({ server }: { server: FakeServer }, error: ApiError): Promise<void> {
  await server.fail("user.me", error);
  await settle();
}

test("a page that is opened without its server shows what was seen, and says when", async () => {
  const made = opened(await seenBefore());
  const { project } = made;
  await failToLoad(made, NOTHING);
  assert.equal(project.session.phase.value, "down");
  assert.equal(project.session.me.value?.user_id, "bob");
  assert.equal(typeof project.session.seenAt.value, "number");
  assert.equal(project.data.list.tickets.value.length, 1);
  const opening = project.thread(1);
  await settle();
  assert.equal(project.data.opening(1)?.body, "Seen text");
  assert.equal(opening.problem.value, null);
  project.forget();
});

test("what was seen is not kept again as if it were true now, and goes when the server answers", async () => {
  const records = await seenBefore();
  const made = opened(records);
  const { server, project } = made;
  await failToLoad(made, NOTHING);
  project.kept.keep();
  await settle();
  server.asked.length = 0;
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(2)], 9));
  assert.equal(project.session.seenAt.value, null);
  assert.deepEqual(
    project.data.list.tickets.value.map(({ ticket_id: id }) => id),
    [2],
  );
});

test("another user than the one who saw it gets nothing of theirs", async () => {
  const made = opened(await seenBefore());
  const { server, project } = made;
  await failToLoad(made, NOTHING);
  project.thread(1);
  server.asked.length = 0;
  void project.load();
  await server.answer("user.me", user("carol", { role: "customer" }));
  await server.answer("ticket.list", page([], 9));
  assert.equal(project.data.thread(1), undefined);
  assert.deepEqual(project.data.list.tickets.value, []);
});

test("who is not let in any more finds nothing, here and at the next load", async () => {
  const records = await seenBefore();
  const made = opened(records);
  await failToLoad(made, WHO);
  assert.equal(made.project.session.me.value, null);
  assert.deepEqual(await records.list("seen/"), []);
});

test("nothing is kept of who signs out, also when the stream ends at the same time", async () => {
  const records = new MemoryRecords();
  const { server, project } = opened(records);
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 3));
  const { removeAll } = records;
  records.removeAll = async (prefix) => {
    // The server has ended the session, and with it the stream.
    server.listener?.lost();
    await removeAll.call(records, prefix);
  };
  await project.signOut();
  await settle();
  assert.deepEqual(await records.list("seen/"), []);
});

test("nothing of the user before is kept once another one is signed in", async () => {
  const records = await seenBefore();
  const { server, project } = opened(records);
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 3));
  server.listener?.open();
  server.listener?.lost();
  await server.answer("user.me", user("carol", { role: "customer" }));
  assert.deepEqual(await records.list("seen/"), []);
  project.forget();
});

test("nothing is asked or sent in the name of who saw it, before the server says who is here", async () => {
  const made = opened(await seenBefore());
  const { server, project } = made;
  await failToLoad(made, NOTHING);
  server.asked.length = 0;
  const sent = () => project.send(1, "reply", { body: "Text", attachments: [] }, "token");
  await assert.rejects(sent, { reason: NO_ANSWER });
  const methods = () => server.asked.map(({ method }) => method);
  assert.deepEqual(methods(), []);
  void project.load();
  await server.answer("user.me", user("bob"));
  await server.answer("ticket.list", page([ticket(1)], 9));
  void sent();
  assert.equal(methods().at(-1), "message.reply");
  project.forget();
});
