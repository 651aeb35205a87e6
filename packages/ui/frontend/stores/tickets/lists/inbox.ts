/** How the inbox of a project is asked for, also of an older server, which has no view of that name. */
import { signal } from "@preact/signals-core";
import { toApiError } from "../../../api/errors.ts";
import { ERROR_CODES, type User } from "../../../api/wire.ts";
import type { Condition } from "../ticket_list.ts";
import type { ListParams } from "./list_order.ts";
import type { Fetched, ListPages } from "./list_pages.ts";
import { conditionOf, INBOX_VIEW } from "./view_conditions.ts";

export type FirstPage = Fetched & { isWhole: boolean };

export class Inbox {
  /** Whether the server is so old that the list has all tickets, also those that are done. */
  readonly isWhole = signal(false);

  get params(): ListParams {
    return this.isWhole.peek() ? {} : INBOX_VIEW;
  }

  conditionOf(reader: User | null): Condition {
    return this.isWhole.peek() ? () => true : conditionOf("inbox", reader);
  }

  /** Fetch the first page, and take nothing yet; throws `ApiError`. */
  async fetchFirst(pages: ListPages): Promise<FirstPage> {
    try {
      return { ...(await pages.fetchFirst(INBOX_VIEW)), isWhole: false };
    } catch (error) {
      if (toApiError(error).code !== ERROR_CODES["invalid-params"]) throw error;
      return { ...(await pages.fetchFirst({})), isWhole: true };
    }
  }
}
