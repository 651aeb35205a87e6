/** Edits of messages: shown at once, and taken back when the server refuses them. */
import type { Message, MessageVersion } from "../../api/wire.ts";
import { fetchAllPages } from "../all_pages.ts";
import type { Project } from "../project.ts";

/** Give a message another text; throws `ApiError`. */
export async function editMessage(project: Project, message: Message, body: string): Promise<void> {
  const change = project.data.changeMessage(message.message_id, (row) => ({ ...row, body, edited_at: Date.now() }));
  try {
    const edited = await project.call("message.edit", { message_id: message.message_id, body });
    change.settle((row) => (row.edited_at ?? 0) >= (edited.edited_at ?? 0));
  } catch (error) {
    change.undo();
    throw error;
  }
}

/** Return the texts that a message had before, the latest first; throws `ApiError`. */
export function loadVersions(project: Project, message: Message): Promise<MessageVersion[]> {
  return fetchAllPages(async (cursor) => {
    const page = await project.call("message.history", { message_id: message.message_id, cursor });
    return { items: page.versions, next: page.next_cursor };
  });
}
