/** The files of a text: pictures as pictures, everything else as a link that downloads it. */
import { createContext } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { ownUrl } from "../../api/client.ts";
import type { Attachment } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import { formatSize } from "../../i18n/words.ts";
import { FileIcon } from "../../ui/icons.tsx";
import { fileKind } from "../message/file_kinds.ts";
import { fitPicture } from "./picture_size.ts";
import { Turns } from "./picture_turns.ts";

// As far as a reader scrolls while a picture comes.
const NEAR = "600px";
const turns = new Turns();

/** Opens a picture where pictures are viewed; elsewhere its link opens it. */
export const OpenPicture = createContext<((picture: Attachment) => void) | null>(null);

type AttachmentProps = { url: string; attachment: Attachment };

export function Attachments({ project, attachments }: { project: string; attachments: Attachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul class="attachments" aria-label={t("Attachments")}>
      {attachments.map((attachment) => {
        const url = attachmentUrl(project, attachment);
        const View = attachment.width === null ? Download : Picture;
        return (
          <li key={attachment.attachment_id}>
            <View url={url} attachment={attachment} />
          </li>
        );
      })}
    </ul>
  );
}

/** Return the address of a file's bytes. */
export function attachmentUrl(project: string, attachment: Attachment): string {
  return ownUrl(project, `attachments/${attachment.attachment_id}`).href;
}

/** Its place is reserved before it has arrived, so that nothing moves under a reader. */
export function Picture({ url, attachment }: AttachmentProps) {
  const { name, width, height } = attachment;
  const open = useContext(OpenPicture);
  const size = fitPicture({ width: width ?? 1, height: height ?? 1 });
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => (image.current === null ? undefined : loadInTurn(image.current, url)), [url]);
  const onClick = (event: MouseEvent) => {
    // With a key held, a link opens where its user wants it.
    if (open === null || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(attachment);
  };
  return (
    <a class="picture" href={url} target="_blank" rel="noopener" onClick={onClick}>
      <img ref={image} width={size.width} height={size.height} alt={name} />
    </a>
  );
}

/** Load a picture at its turn, once it is near the view; returns the function that ends that. */
function loadInTurn(image: HTMLImageElement, url: string): () => void {
  let end = () => {};
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      end = turns.take(() => {
        image.src = url;
      });
    },
    { rootMargin: NEAR },
  );
  observer.observe(image);
  image.onload = image.onerror = () => end();
  return () => {
    observer.disconnect();
    image.onload = image.onerror = null;
    // A picture that is on its way would go on coming.
    if (!image.complete) image.removeAttribute("src");
    end();
  };
}

function Download({ url, attachment }: AttachmentProps) {
  const { name, size } = attachment;
  return (
    <a class="attachment-file" href={url} download={name}>
      <FileIcon /> <bdi>{name}</bdi>{" "}
      <small>
        {fileKind(attachment)} · {formatSize(size)}
      </small>
    </a>
  );
}
