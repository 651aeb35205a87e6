/** Which failures are outages: nothing answered, so the same request may succeed later as it is. */
import { type ApiError, NO_ANSWER } from "./errors.ts";
import { isProxyOutage } from "./proxy_answers.ts";
import { ERROR_CODES } from "./wire.ts";

/** Whether a request failed because the desk, or what is in front of it, could not be reached. */
export function isOutage(error: ApiError): boolean {
  return error.reason === NO_ANSWER || error.code === ERROR_CODES.unreachable || isProxyOutage(error);
}
