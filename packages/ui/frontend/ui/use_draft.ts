/** A text that is saved while it is typed. */
import { useSignal } from "@preact/signals";
import { drafts } from "../app.ts";
import type { RetryToken } from "../stores/tickets/retry_token.ts";

export type Draft = {
  value: string;
  set: (value: string) => void;
  /** Empty it once `sent` has arrived, unless something else has been typed since. */
  clearSent: (sent: string) => void;
  onInput: (event: InputEvent) => void;
  /** What it is sent with, also after a reload. */
  token: RetryToken;
};

export function useDraft(key: string): Draft {
  const text = useSignal(drafts.read(key));
  const set = (value: string) => {
    text.value = value;
    drafts.save(key, value);
  };
  return {
    value: text.value,
    token: drafts.token(key),
    set,
    clearSent: (sent) => {
      if (text.peek() === sent) set("");
    },
    onInput: (event) => set((event.currentTarget as HTMLInputElement | HTMLTextAreaElement).value),
  };
}
