/** What a page cannot do without in an answer of a server that may be a stranger's. */

import { t } from "../i18n/translate.ts";
import { ApiError } from "./errors.ts";
import { ERROR_CODES, type User } from "./wire.ts";

/** Return a user whom the page can show; throws `ApiError`. The head of the page is one for all projects. */
export function checkUser(user: User): User {
  if (typeof user?.user_id === "string" && typeof user.name === "string") return user;
  throw new ApiError(t("The server names a user who is none"), { code: ERROR_CODES["protocol-violation"] });
}
