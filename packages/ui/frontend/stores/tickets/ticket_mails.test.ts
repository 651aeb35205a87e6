import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { FakeServer, opened } from "../fixtures.ts";
import { ticketMailsOf } from "./ticket_mails.ts";

const mail = (messageId: number) => ({ message_id: messageId });

test("which mails have come meanwhile is asked after a snapshot, of the thread that is shown", async () => {
  const server = new FakeServer();
  const project = await opened(server);
  const mails = ticketMailsOf(project);
  for (const id of [2, 1]) {
    mails.of(id);
    await server.answer("mail.of_ticket", { mails: [mail(5)] });
  }
  project.snapshots.value += 1;
  assert.deepEqual(
    server.asked.map(({ params }) => params),
    [{ ticket_id: 1 }],
  );
  await server.answer("mail.of_ticket", { mails: [mail(5), mail(6)] });
  assert.deepEqual([...mails.of(1).keys()], [5, 6]);
});

test("mails that could not be fetched are asked for as the server is back", async () => {
  const server = new FakeServer();
  const project = await opened(server);
  const mails = ticketMailsOf(project);
  mails.of(1);
  await server.fail("mail.of_ticket", new ApiError("down"));
  project.session.phase.value = "behind";
  server.listener?.open();
  await server.answer("mail.of_ticket", { mails: [mail(5)] });
  assert.deepEqual([...mails.of(1).keys()], [5]);
  assert.deepEqual(server.asked, []);
});
