/** The words of the keys. */
import type { KeyAction } from "../features/keys/keys.ts";

const ACTIONS: Record<KeyAction, string> = {
  help: "Show the keys",
  next: "Next ticket",
  previous: "Ticket before",
  open: "Open the ticket",
  reply: "Reply",
  note: "Internal note",
  assign: "Assign",
  status: "Status",
  tags: "Tags",
};

export const KEY_WORDS = {
  title: "Keys",
  actions: ACTIONS,
  on: "Keys are on",
  send: "Send",
  close: "Close",
};
