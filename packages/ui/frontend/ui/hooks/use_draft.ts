/** A text that is saved while it is typed. */
import { useSignal } from "@preact/signals";
import { drafts } from "../../app.ts";

export type Draft = {
  value: string;
  set: (value: string) => void;
  onInput: (event: InputEvent) => void;
};

export function useDraft(key: string): Draft {
  const text = useSignal(drafts.read(key));
  const set = (value: string) => {
    text.value = value;
    drafts.save(key, value);
  };
  return {
    value: text.value,
    set,
    onInput: (event) => set((event.currentTarget as HTMLInputElement | HTMLTextAreaElement).value),
  };
}
