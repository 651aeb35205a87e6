/** Answers that are not the support desk's: a web server in front of it refuses, or does not reach it. */
import { ApiError } from "./errors.ts";

export const PROXY_ANSWER = "proxy-answer";

type Words = [message: string, hint: string];

const SENT_AGAIN = "Try again in a moment; your text is kept.";
const NOT_REACHED: Words = [
  "The support desk does not run, or the server in front of it does not reach it",
  SENT_AGAIN,
];
const WORDS: Record<number, Words> = {
  401: [
    "The server in front of the support desk wants you to sign in again",
    "Open the page once more in another tab.",
  ],
  403: ["The server in front of the support desk does not let you in", "Ask the people who run it for access."],
  413: [
    "The server in front of the support desk takes nothing that large",
    "Send a smaller file, or ask the people who run the desk to raise the limit of that server.",
  ],
  429: ["The server in front of the support desk got too many requests", SENT_AGAIN],
  502: NOT_REACHED,
  503: NOT_REACHED,
  504: ["The support desk did not answer the server in front of it in time", SENT_AGAIN],
};

/** Whether an answer is the support desk's: it always answers in JSON. */
export function isOwnAnswer(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").startsWith("application/json");
}

/** Return what the answer of another server means to the user. */
export function explainProxyAnswer(status: number): ApiError {
  const other = `The server in front of the support desk answered with status ${status}`;
  const [message, hint] = WORDS[status] ?? [other, "Your text is kept. Tell the people who run the desk."];
  return new ApiError(message, { reason: PROXY_ANSWER, hint });
}
