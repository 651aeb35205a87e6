/** Lists that are read whole, page by page. */

/** The longest page that the server makes of most lists. */
export const LONGEST_PAGE = 200;

export type Page<Item> = { items: readonly Item[]; next: string | null };

/** Return the items of every page; throws what `fetchPage` throws, which is given where a page begins. */
export async function fetchAllPages<Item>(fetchPage: (cursor: string | null) => Promise<Page<Item>>): Promise<Item[]> {
  const found: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await fetchPage(cursor);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}
