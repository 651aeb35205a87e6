// @ts-check
/** The files of a text: pictures as pictures, everything else as a link that downloads it. */
import { projectUrl } from "../api.js";
import { html } from "../html.js";
import { sized } from "../words.js";
import { File } from "./icons.js";

/**
 * @typedef {import("../types.js").Attachment} Attachment
 */

// Beside words; the whole picture is a click away.
const WIDTH_PX = 448;
const HEIGHT_PX = 288;

/** @param {{project: string, attachments: Attachment[]}} properties */
export function Attachments({ project, attachments }) {
  if (attachments.length === 0) return null;
  return html`<ul class="attachments" aria-label="Attachments">
    ${attachments.map((attachment) => {
      const url = projectUrl(project, `attachments/${attachment.attachment_id}`).href;
      const shown = attachment.width === null ? Download : Picture;
      return html`<li key=${attachment.attachment_id}><${shown} url=${url} attachment=${attachment} /></li>`;
    })}
  </ul>`;
}

/**
 * Its place is kept before it has arrived, so that nothing moves under a reader.
 * @param {{url: string, attachment: Attachment}} properties
 */
function Picture({ url, attachment: { name, width, height } }) {
  const [wide, high] = [width ?? 1, height ?? 1];
  const scale = Math.min(1, WIDTH_PX / wide, HEIGHT_PX / high);
  return html`<a href=${url} target="_blank" rel="noopener">
    <img src=${url} width=${Math.ceil(wide * scale)} height=${Math.ceil(high * scale)} alt=${name} loading="lazy" />
  </a>`;
}

/** @param {{url: string, attachment: Attachment}} properties */
function Download({ url, attachment: { name, size } }) {
  return html`<a class="attachment-file" href=${url} download=${name}><${File} /> ${name} <small>${sized(size)}</small></a>`;
}
