/** The button that adds files to a text, and the list of those that go with it. */
import { useRef } from "preact/hooks";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { formatSize } from "../../i18n/words.ts";
import type { Upload, Uploads } from "../../stores/tickets/uploads.ts";
import { Clip, Close, FileIcon } from "../../ui/icons.tsx";
import { wordsOf } from "../../ui/plain_problem.ts";

export function AttachButton({ uploads }: { uploads: Uploads }) {
  const input = useRef<HTMLInputElement>(null);
  const take = () => {
    const element = input.current;
    if (element === null) return;
    uploads.add([...(element.files ?? [])]);
    // The same file may be chosen once more.
    element.value = "";
  };
  return (
    <>
      <input ref={input} type="file" multiple hidden tabIndex={-1} aria-label={t("Attach files")} onChange={take} />
      <button type="button" class="button attach" title={t("Attach files")} onClick={() => input.current?.click()}>
        <Clip />
        <span class="unseen">{t("Attach files")}</span>
      </button>
    </>
  );
}

export function UploadList({ uploads }: { uploads: Uploads }) {
  const files = uploads.files.value;
  if (files.length === 0) return null;
  return (
    <ul class="uploads" aria-label={t("Files to send")}>
      {files.map((upload) => (
        <Item key={upload.id} uploads={uploads} upload={upload} />
      ))}
    </ul>
  );
}

function Item({ uploads, upload }: { uploads: Uploads; upload: Upload }) {
  const problem = upload.problem.value;
  const isThere = upload.attachment.value !== null;
  return (
    <li class="upload" data-failed={problem !== null}>
      <FileIcon />
      <span class="upload-name">
        <bdi>{upload.name}</bdi> <small>{formatSize(upload.size)}</small>
        {problem && (
          <span class="upload-problem" role="alert">
            {wordsOf(problem, desk.isAdmin.value).message}
          </span>
        )}
      </span>
      {!isThere && problem === null && (
        <progress value={upload.progress.value} max={1} aria-label={t("Sending {name}", { name: upload.name })} />
      )}
      {problem && (
        <button type="button" class="button button-small" onClick={() => uploads.retry(upload)}>
          {t("Try again")}
        </button>
      )}
      <button type="button" class="upload-remove" onClick={() => uploads.remove(upload)}>
        <Close />
        <span class="unseen">{t("Remove {name}", { name: upload.name })}</span>
      </button>
    </li>
  );
}
