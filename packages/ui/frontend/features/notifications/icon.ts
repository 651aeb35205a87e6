/** The icon of the page's tab: with a number while there is news. The page's policy takes no drawn one: each is a file. */
import one from "./icons/unread_1.svg";
import two from "./icons/unread_2.svg";
import three from "./icons/unread_3.svg";
import four from "./icons/unread_4.svg";
import five from "./icons/unread_5.svg";
import six from "./icons/unread_6.svg";
import seven from "./icons/unread_7.svg";
import eight from "./icons/unread_8.svg";
import nine from "./icons/unread_9.svg";
import many from "./icons/unread_many.svg";

const UNREAD = [one, two, three, four, five, six, seven, eight, nine, many].map(
  (path) => new URL(path, import.meta.url).href,
);
let plain: string | null = null;

/** Show the icon with how much is new, or as it is. */
export function markIcon(count: number): void {
  const link = document.querySelector<HTMLLinkElement>("link[rel~=icon]");
  if (link === null) return;
  plain ??= link.href;
  link.href = UNREAD[Math.min(count, UNREAD.length) - 1] ?? plain;
}
