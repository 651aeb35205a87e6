/** Why one of several things was refused, which a call did; its result says so, and no error. */
import { type ApiError, parseError } from "./errors.ts";
import type { Failure } from "./wire.ts";

/** Read why one of several things was refused, as the result of a call says it. */
export function readFailure({ code, message, reason, hint, kind, values }: Failure): ApiError {
  return parseError({ code, message, data: { reason, hint: hint ?? "", kind, values } });
}
