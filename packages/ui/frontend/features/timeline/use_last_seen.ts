/** Asks what a reader had seen of a thread, when they open it, and follows where they look. */
import { effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Project } from "../../stores/project.ts";
import type { Thread } from "../../stores/tickets/thread.ts";
import { LastSeen } from "./last_seen.ts";
import type { MessageWindow } from "./message_window.ts";
import type { Shown } from "./shown_messages.ts";
import type { ScrollPlace } from "./use_scroll_place.ts";

/** Return the message with which the new ones begin; null for none. */
export function useLastSeen(project: Project, ticketId: number, thread: Thread): number | null {
  const lastSeen = useMemo(() => new LastSeen(), [project, ticketId]);
  const isLoaded = thread.isLoaded.value;
  // Asked at once: what is read from now on is marked as read soon. A thread that is there already was marked by now.
  const asked = useMemo(
    () => (thread.leftAt === null ? askSeen(project, ticketId) : Promise.resolve(thread.leftAt)),
    [lastSeen],
  );
  useEffect(() => () => thread.leave(), [lastSeen]);
  useEffect(() => {
    if (!isLoaded) return;
    const newest = thread.newestId;
    void asked.then((seen) => {
      if (seen !== null) lastSeen.open(seen, newest);
    });
  }, [lastSeen, isLoaded]);
  useEffect(() => {
    let wasVisible = project.isVisible.peek();
    return effect(() => {
      const isVisible = project.isVisible.value;
      if (isVisible === wasVisible) return;
      wasVisible = isVisible;
      const newest = thread.newestId;
      if (isVisible) lastSeen.comeBack(newest);
      else lastSeen.leave(newest);
    });
  }, [lastSeen]);
  return lastSeen.firstNew(thread.messages.value, project.session.me.value?.user_id);
}

/** Return the last message that the user has read of a ticket; null for one that they open for the first time. */
async function askSeen(project: Project, ticketId: number): Promise<number | null> {
  try {
    const { reads } = await project.call("read.list", { ticket_ids: [ticketId] });
    const [read] = reads;
    return read === undefined || !read.opened ? null : read.message_id;
  } catch {
    return null;
  }
}

/** Take a reader of the end to the line where the new ones begin, once, where the end leaves it out of sight. */
export function useShownLine(newFrom: number | null, shown: Shown, window: MessageWindow, place: ScrollPlace): void {
  const done = useRef<number | null>(null);
  const { ids, start, end } = shown;
  useLayoutEffect(() => {
    if (newFrom === null || done.current === newFrom) return;
    const at = ids.indexOf(newFrom);
    if (at >= 0 && place.isFollowing() && (at < start || at >= end)) {
      // The line is drawn next.
      window.showAround(ids, newFrom);
      return;
    }
    done.current = newFrom;
    const scroller = place.scroller.current;
    const line = scroller?.querySelector(".new-since");
    if (!place.isFollowing() || !scroller || !line) return;
    if (line.getBoundingClientRect().top >= scroller.getBoundingClientRect().top) return;
    line.scrollIntoView({ block: "start" });
    place.leaveEnd();
  }, [newFrom, start, end]);
}
