/** How the canned replies and the macros that an agent may use are fetched, page by page. */
import type { Call } from "../../api/client.ts";
import type { CannedReply, Macro } from "../../api/wire.ts";
import { LONGEST_PAGE, type Page } from "../all_pages.ts";

type FetchPage<Item> = (cursor: string | null) => Promise<Page<Item>>;

export function cannedReplyPages(call: Call): FetchPage<CannedReply> {
  return async (cursor) => {
    const page = await call("canned_reply.list", { cursor, limit: LONGEST_PAGE });
    return { items: page.canned_replies, next: page.next_cursor };
  };
}

export function macroPages(call: Call): FetchPage<Macro> {
  return async (cursor) => {
    const page = await call("macro.list", { cursor, limit: LONGEST_PAGE });
    return { items: page.macros, next: page.next_cursor };
  };
}
