/** The files of a text: pictures as pictures, everything else as a link that downloads it. */
import { useEffect, useRef } from "preact/hooks";
import { ownUrl } from "../../api/client.ts";
import type { Attachment } from "../../api/wire.ts";
import { formatSize } from "../../i18n/words.ts";
import { FileIcon } from "../../ui/icons.tsx";
import { fitPicture } from "./picture_size.ts";
import { Turns } from "./picture_turns.ts";

// As far as a reader scrolls while a picture comes.
const NEAR = "600px";
const turns = new Turns();

type AttachmentProps = { url: string; attachment: Attachment };

export function Attachments({ project, attachments }: { project: string; attachments: Attachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul class="attachments" aria-label="Attachments">
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
export function Picture({ url, attachment: { name, width, height } }: AttachmentProps) {
  const size = fitPicture({ width: width ?? 1, height: height ?? 1 });
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => (image.current === null ? undefined : loadInTurn(image.current, url)), [url]);
  return (
    <a href={url} target="_blank" rel="noopener">
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

function Download({ url, attachment: { name, size } }: AttachmentProps) {
  return (
    <a class="attachment-file" href={url} download={name}>
      <FileIcon /> {name} <small>{formatSize(size)}</small>
    </a>
  );
}
