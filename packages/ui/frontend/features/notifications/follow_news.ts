/** Follows what happens, for the desktop, the sound, and the icon and title of the page's tab. */
import { effect } from "@preact/signals-core";
import { desk, newsSetting } from "../../app.ts";
import { newsOf } from "../../stores/news/news.ts";
import { tabTitle } from "./tab_title.ts";

const loadPart = () => import("./notifications_part.ts");

export function followNews(): void {
  for (const project of desk.projects) {
    project.follow((event) => {
      const news = newsSetting.isOn.value ? newsOf(project.id, event, project.session.me.peek()) : null;
      if (news !== null && newsSetting.choice.value[news.kind])
        quietly(loadPart().then(({ tell }) => tell(project, news)));
    });
  }
  addEventListener("storage", () => newsSetting.read());
  effect(() => {
    document.title = tabTitle({ count: desk.newsCount.value, ticket: openTitle(), desk: desk.name.value });
  });
  let marked = 0;
  effect(() => {
    const count = desk.newsCount.value;
    if (count === marked) return;
    marked = count;
    quietly(loadPart().then(({ markIcon }) => markIcon(marked)));
  });
}

/** Return the title of the ticket that is open; empty for none. */
function openTitle(): string {
  const open = desk.openTicket.value;
  return open?.project.data.ticket(open.ticketId)?.title ?? "";
}

/** What could not be loaded is no fault of what is shown: the desk is down, or was upgraded. */
function quietly(work: Promise<void>): void {
  work.catch(() => {});
}
