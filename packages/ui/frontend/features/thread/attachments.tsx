/** The files of a text: pictures as pictures, everything else as a link that downloads it. */
import { projectUrl } from "../../api/client.ts";
import type { Attachment } from "../../api/wire.ts";
import { formatSize } from "../../i18n/words.ts";
import { FileIcon } from "../../ui/icons.tsx";
import { fitPicture } from "./picture_size.ts";

type AttachmentProps = { url: string; attachment: Attachment };

export function Attachments({ project, attachments }: { project: string; attachments: Attachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul class="attachments" aria-label="Attachments">
      {attachments.map((attachment) => {
        const url = projectUrl(project, `attachments/${attachment.attachment_id}`).href;
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

/** Its place is reserved before it has arrived, so that nothing moves under a reader. */
function Picture({ url, attachment: { name, width, height } }: AttachmentProps) {
  const size = fitPicture({ width: width ?? 1, height: height ?? 1 });
  return (
    <a href={url} target="_blank" rel="noopener">
      <img src={url} width={size.width} height={size.height} alt={name} loading="lazy" />
    </a>
  );
}

function Download({ url, attachment: { name, size } }: AttachmentProps) {
  return (
    <a class="attachment-file" href={url} download={name}>
      <FileIcon /> {name} <small>{formatSize(size)}</small>
    </a>
  );
}
