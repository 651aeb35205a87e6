/** A button that copies a text, and the field that shows it where a browser does not let the page copy. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { useModal } from "../hooks/use_modal.ts";
import { CheckIcon, CopyIcon, LinkIcon } from "../icons.tsx";
import { copyText, uncopied } from "./copy_text.ts";

// Long enough to be seen.
const SAID_MS = 2_000;

type CopyButtonProps = { text: string; label: string; isLink?: boolean };

/** The label is its name and its tooltip. */
export function CopyButton({ text, label, isLink = false }: CopyButtonProps) {
  const isCopied = useSignal(false);
  useEffect(() => {
    if (!isCopied.value) return undefined;
    const timer = setTimeout(() => {
      isCopied.value = false;
    }, SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied.value]);
  const copy = async () => {
    isCopied.value = await copyText(text);
    if (isCopied.value) desk.announcement.value = t("Copied");
  };
  const Drawing = isCopied.value ? CheckIcon : isLink ? LinkIcon : CopyIcon;
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={copy}>
      <Drawing />
    </button>
  );
}

/** A text to be copied by hand. */
export function UncopiedText() {
  const text = uncopied.value;
  return text === null ? null : <UncopiedDialog text={text} />;
}

function UncopiedDialog({ text }: { text: string }) {
  const { dialog, close } = useModal(() => {
    uncopied.value = null;
  });
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.select(), [text]);
  return (
    <dialog {...dialog} class="small-dialog" aria-labelledby="uncopied-title">
      <h2 id="uncopied-title">{t("Copy this text")}</h2>
      <p>{t("At this address your browser does not let the page copy. The text is selected: press Ctrl+C.")}</p>
      <textarea ref={field} readOnly rows={4} value={text} aria-labelledby="uncopied-title" />
      <div class="dialog-end">
        <button type="button" class="button" onClick={close}>
          {t("Close")}
        </button>
      </div>
    </dialog>
  );
}
