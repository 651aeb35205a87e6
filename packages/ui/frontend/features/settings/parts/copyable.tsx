/** A text that is shown to be copied. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../../../i18n/translate.ts";

export function Copyable({ text, label }: { text: string; label: string }) {
  const isCopied = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(text);
      isCopied.value = true;
    } catch {
      // A page without TLS has no clipboard: what is selected is copied by the keys.
    }
  };
  return (
    <div class="settings-row settings-row-end">
      <input ref={field} readOnly dir="ltr" class="secret" aria-label={label} value={text} />
      <button type="button" class="button" onClick={() => void copy()}>
        {isCopied.value ? t("Copied") : t("Copy")}
      </button>
    </div>
  );
}
