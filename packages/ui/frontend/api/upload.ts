/** Sends one file to a project, and tells how far it is: `fetch` cannot say that. */

import { t } from "../i18n/translate.ts";
import { ownUrl, pageUser } from "./client.ts";
import { demoUser } from "./demo_user.ts";
import { ApiError, NO_ANSWER, parseError } from "./errors.ts";
import { explainProxyAnswer } from "./proxy_answers.ts";
import { inPageWords } from "./refusals.ts";
import type { Attachment } from "./wire.ts";

export type Sending = { done: Promise<Attachment>; abort: () => void };
/** Begins to send a file; `told` hears which part of it, from 0 to 1, has left. */
export type SendFile = (file: File, told: (part: number) => void) => Sending;

/** The files are of `user`, and of no other one who may have signed in since. */
export function projectUpload(project: string, user: string): SendFile {
  return (file, told) => {
    const request = new XMLHttpRequest();
    const done = new Promise<Attachment>((resolve, reject) => {
      request.upload.onprogress = ({ loaded, total }) => told(total === 0 ? 0 : loaded / total);
      request.onload = () => void readAnswer(request).then(resolve, reject);
      request.onerror = request.onabort = () =>
        reject(new ApiError(t("The file did not arrive"), { reason: NO_ANSWER }));
    });
    const url = ownUrl(project, "attachments");
    url.searchParams.set("name", file.name || "file");
    request.open("POST", url);
    request.setRequestHeader("content-type", "application/octet-stream");
    for (const [name, value] of Object.entries({ ...demoUser.headers(), ...pageUser(user) }))
      request.setRequestHeader(name, value);
    request.send(file);
    return { done, abort: () => request.abort() };
  };
}

/** Return the attachment; throws `ApiError` for a refusal, of the server or of a proxy before it. */
async function readAnswer(request: XMLHttpRequest): Promise<Attachment> {
  const isOwn = request.getResponseHeader("content-type")?.startsWith("application/json") ?? false;
  if (!isOwn) throw explainProxyAnswer(request.status);
  const answer = JSON.parse(request.responseText);
  if (request.status === 201) return answer;
  throw await inPageWords(parseError(answer.error));
}
