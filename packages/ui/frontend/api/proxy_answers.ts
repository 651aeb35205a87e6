/** Answers that are not the support desk's: a web server in front of it refuses, or does not reach it. */

import { t } from "../i18n/translate.ts";
import { ApiError } from "./errors.ts";

export const PROXY_ANSWER = "proxy-answer";

type Words = [message: string, hint: string];

const SENT_AGAIN = t("Try again in a moment; your text is kept.");
const NOT_REACHED: Words = [
  t("The support desk does not run, or the server in front of it does not reach it"),
  SENT_AGAIN,
];
const WORDS: Record<number, Words> = {
  401: [
    t("The server in front of the support desk wants you to sign in again"),
    t("Open the page once more in another tab."),
  ],
  403: [t("The server in front of the support desk does not let you in"), t("Ask the people who run it for access.")],
  413: [
    t("The server in front of the support desk takes nothing that large"),
    t("Send a smaller file, or ask the people who run the desk to raise the limit of that server."),
  ],
  429: [t("The server in front of the support desk got too many requests"), SENT_AGAIN],
  502: NOT_REACHED,
  503: NOT_REACHED,
  504: [t("The support desk did not answer the server in front of it in time"), SENT_AGAIN],
};

/** Whether an answer is the support desk's: it always answers in JSON. */
export function isOwnAnswer(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").startsWith("application/json");
}

/** Whether an error says that a web server does not reach the support desk, or got no answer in time. */
export function isProxyOutage({ reason, data }: ApiError): boolean {
  return reason === PROXY_ANSWER && [502, 503, 504].includes(Number(data.status));
}

/** Return what the answer of another server means to the user. */
export function explainProxyAnswer(status: number): ApiError {
  const other = t("The server in front of the support desk answered with status {status}", { status });
  const [message, hint] = WORDS[status] ?? [other, t("Your text is kept. Tell the people who run the desk.")];
  return new ApiError(message, { reason: PROXY_ANSWER, hint, data: { status } });
}
