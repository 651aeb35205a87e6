/** How long a message can be edited by its author: the server says so, and refuses later. */
import type { Message } from "../../api/wire.ts";

export const EDIT_WINDOW_MS = 5 * 60_000;

/** Whether this user may edit a message at this time; the ticket's own text is no message. */
export function isEditable(message: Message, user: string | undefined, time: number): boolean {
  return message.message_id > 0 && message.author === user && time - message.created_at < EDIT_WINDOW_MS;
}
