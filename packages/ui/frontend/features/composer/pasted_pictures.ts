/** Pictures that are pasted or dropped into a text stand in it where the caret is, once they have arrived. */
import { effect } from "@preact/signals-core";
import type { RefObject } from "preact";
import type { Attachment } from "../../api/wire.ts";
import type { Draft } from "../../stores/drafts/draft.ts";
import type { Upload, Uploads } from "../../stores/tickets/uploads.ts";
import { insertPicture } from "./pictures.ts";

/** Return what adds files to a text. */
export function usePastedPictures(
  uploads: Uploads,
  draft: Draft,
  area: RefObject<HTMLTextAreaElement | null>,
): (files: Iterable<File>) => void {
  return (files) => {
    for (const upload of uploads.add(files)) place(upload, uploads, draft, area);
  };
}

function place(upload: Upload, uploads: Uploads, draft: Draft, area: RefObject<HTMLTextAreaElement | null>): void {
  const end = effect(() => {
    const attachment = upload.attachment.value;
    const isHere = uploads.files.value.includes(upload);
    if (isHere && attachment === null) return;
    queueMicrotask(() => {
      end();
      if (isHere && attachment !== null && attachment.width !== null) insert(attachment, draft, area.current);
    });
  });
}

function insert(attachment: Attachment, draft: Draft, area: HTMLTextAreaElement | null): void {
  const { body } = draft.content.peek();
  const { text, caret } = insertPicture(body, area?.selectionStart ?? body.length, attachment);
  draft.set({ body: text });
  if (area === null) return;
  const isFocused = document.activeElement === area;
  area.value = text;
  if (isFocused) area.setSelectionRange(caret, caret);
}
