/** How a text becomes the server's draft. */
import type { Call } from "../../api/client.ts";
import type { MessageKind } from "../../api/wire.ts";
import { type DraftContent, isEmpty } from "./draft_content.ts";

/** A reply or a note on a ticket; without a ticket, a new one. */
export type DraftPlace = { ticketId: number | null; kind: MessageKind };

/** Save a text, or delete the draft of an empty one; returns the version that the server has then. Throws `ApiError`. */
export async function saveContent(
  call: Call,
  { ticketId, kind }: DraftPlace,
  content: DraftContent,
  known: { version: number; token: string },
): Promise<number> {
  const key = { ticket_id: ticketId, kind, based_on: known.version };
  if (isEmpty(content)) {
    if (known.version > 0) await call("draft.delete", key);
    return 0;
  }
  const { title, body, files } = content;
  const attachments = files.map(({ attachment_id: id }) => id);
  const saved = await call("draft.save", { ...key, title, body, attachments, client_token: known.token });
  return saved.updated_at;
}
