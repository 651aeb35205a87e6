/** Failures in words for the user: a message, and what to do about it where that is known. */

import { t } from "../i18n/translate.ts";
import { ERROR_CODES } from "./wire.ts";

export const NO_ANSWER = "no-answer";

export type ErrorDetails = {
  code?: number;
  reason?: string;
  hint?: string;
  faults?: string[];
  retryAfter?: number;
  data?: Record<string, unknown>;
  isOfServer?: boolean;
};

export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly hint: string;
  readonly faults: string[];
  /** Whether its words are a server's, which writes English for every reader. */
  readonly isOfServer: boolean;
  /** What a program can use in addition, as the server gave it. */
  readonly data: Readonly<Record<string, unknown>>;
  /** When the same request may succeed, in milliseconds since 1970; null where waiting does not help. */
  readonly retryAt: number | null;

  constructor(
    message: string,
    { code = 0, reason = "", hint = "", faults = [], retryAfter, data = {}, isOfServer = false }: ErrorDetails = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.hint = hint;
    this.faults = faults;
    this.isOfServer = isOfServer;
    this.data = data;
    this.retryAt = retryAfter === undefined ? null : Date.now() + retryAfter * 1000;
  }

  /** Whether the server broke the protocol, and is set aside for a while. */
  get isViolation(): boolean {
    return this.code === ERROR_CODES["protocol-violation"];
  }

  /** Whether nothing is known of the request: it may have arrived, and is safe to repeat with its token. */
  get isUnanswered(): boolean {
    const { unavailable, unreachable } = ERROR_CODES;
    const isDown = this.code === unavailable || this.code === unreachable || Number(this.data.status) >= 500;
    return this.reason === NO_ANSWER || isDown;
  }

  /** Whether the server does not know who the caller is, or does not let them in any more. */
  get isUnauthenticated(): boolean {
    return this.code === ERROR_CODES.unauthenticated || this.isAnotherUser;
  }

  /** Whether the page has asked for its user, and another one has signed in in this browser since. */
  get isAnotherUser(): boolean {
    return this.code === ERROR_CODES["another-user"];
  }
}

/** Return what was thrown as an `ApiError`; anything else is a defect of the page. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(t("The page failed to show this"), { reason: "page-defect", hint: String(error) });
}

/** Return what is said where nothing has answered. */
export function noAnswer(): ApiError {
  const hint = t("Check the connection; your text is kept.");
  return new ApiError(t("The support desk did not answer"), { reason: NO_ANSWER, hint });
}

/** Return what is said to a user who is not let in any more. */
export function signedOut(): ApiError {
  return new ApiError(t("You are not signed in any more"), { code: ERROR_CODES.unauthenticated });
}

/** Read the `error` of a JSON-RPC answer. */
export function parseError(error: unknown): ApiError {
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: Record<string, unknown> };
  const { reason = "", hint = "", faults, retry_after: retryAfter } = data ?? {};
  return new ApiError(String(message), {
    code: Number(code),
    reason: String(reason),
    hint: String(hint),
    faults: Array.isArray(faults) ? faults.map(String) : [],
    data: data ?? {},
    isOfServer: true,
    ...(typeof retryAfter === "number" && { retryAfter }),
  });
}
