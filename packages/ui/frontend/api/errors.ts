/** Failures in words for the user: a message, and what to do about it where that is known. */
import { ERROR_CODES } from "./wire.ts";

export const NO_ANSWER = "no-answer";

export type ErrorDetails = { code?: number; reason?: string; hint?: string; faults?: string[]; retryAfter?: number };

export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly hint: string;
  readonly faults: string[];
  /** When the same request may succeed, in milliseconds since 1970; null where waiting does not help. */
  readonly retryAt: number | null;

  constructor(message: string, { code = 0, reason = "", hint = "", faults = [], retryAfter }: ErrorDetails = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.hint = hint;
    this.faults = faults;
    this.retryAt = retryAfter === undefined ? null : Date.now() + retryAfter * 1000;
  }

  /** Whether the server broke the protocol, and is set aside for a while. */
  get isViolation(): boolean {
    return this.code === ERROR_CODES["protocol-violation"];
  }

  /** Whether the server does not know who the caller is, or does not let them in any more. */
  get isUnauthenticated(): boolean {
    return this.code === ERROR_CODES.unauthenticated;
  }
}

/** Return what was thrown as an `ApiError`; anything else is a defect of the page. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError("The page failed to show this", { reason: "page-defect", hint: String(error) });
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
    ...(typeof retryAfter === "number" && { retryAfter }),
  });
}
