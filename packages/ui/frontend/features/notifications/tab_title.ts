/** What the page's tab says: how much is new, and where the user is. */

type TabTitle = { count: number; ticket: string; desk: string };

export function tabTitle({ count, ticket, desk }: TabTitle): string {
  const place = ticket === "" ? desk : `${ticket} · ${desk}`;
  return count === 0 ? place : `(${count}) ${place}`;
}
