/** Shows the message that the address names: it is fetched, shown among its neighbours, and marked. */
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { LONGEST_PAGE } from "../../stores/all_pages.ts";
import type { Project } from "../../stores/project.ts";
import type { Thread } from "../../stores/tickets/thread.ts";
import type { MessageWindow } from "./message_window.ts";
import type { ScrollPlace } from "./use_scroll_place.ts";

type Marked = { project: Project; ticketId: number; thread: Thread; window: MessageWindow; place: ScrollPlace };

export function useMarkedMessage(id: number | null, { project, ticketId, thread, window, place }: Marked): void {
  /** The message that is shown and has to be scrolled to. */
  const found = useSignal<number | null>(null);
  const isLoaded = thread.isLoaded.value;
  useEffect(() => {
    if (id === null || !isLoaded) return undefined;
    let isCurrent = true;
    const search = async () => {
      await loadBackTo(id, () => isCurrent, { project, ticketId, thread });
      if (!isCurrent) return;
      place.leaveEnd();
      const ids = thread.messages.peek().map(({ message_id }) => message_id);
      if (window.showAround(ids, id)) found.value = id;
      else desk.announcement.warn(t("The message that the link names is not on this ticket"));
    };
    void search();
    return () => {
      isCurrent = false;
    };
  }, [id, isLoaded]);

  useLayoutEffect(() => {
    const { value } = found;
    const element = place.scroller.current?.querySelector<HTMLElement>(`[data-message="${value}"]`);
    if (value === null || !element) return;
    found.value = null;
    element.scrollIntoView({ block: "center" });
    element.querySelector<HTMLElement>("article")?.focus({ preventScroll: true });
    place.leaveEnd();
  });
}

/** Fetch pages until the message is among them, or the thread begins. */
async function loadBackTo(
  id: number,
  isWanted: () => boolean,
  { project, ticketId, thread }: Pick<Marked, "project" | "ticketId" | "thread">,
): Promise<void> {
  const has = () => thread.messages.peek().some(({ message_id }) => message_id === id);
  while (isWanted() && !has() && thread.cursor.peek() !== null) {
    const before = thread.cursor.peek();
    try {
      // A message of long ago is found in few calls.
      await project.loadOlder(ticketId, LONGEST_PAGE);
    } catch {
      // The page says that it has no connection; the link can be followed again.
      return;
    }
    // A page that was not taken, as the thread was fetched again, does not lead back.
    if (thread.cursor.peek() === before) return;
  }
}
