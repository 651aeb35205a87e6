/** The icon of the page's tab: with a dot while there is news. */
import unreadIcon from "./unread_icon.svg";

const unread = new URL(unreadIcon, import.meta.url).href;
let plain: string | null = null;

/** Show the icon with its dot, or without. */
export function markIcon(hasNews: boolean): void {
  const link = document.querySelector<HTMLLinkElement>("link[rel~=icon]");
  if (link === null) return;
  plain ??= link.href;
  link.href = hasNews ? unread : plain;
}
