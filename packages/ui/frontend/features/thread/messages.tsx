/** The messages of a thread, oldest first, with what changed between them; older ones come as a reader nears them. */
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Message, TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import type { Thread } from "../../stores/tickets/thread.ts";
import { type History, ticketHistoriesOf } from "../../stores/tickets/ticket_history.ts";
import { UncopiedText } from "../../ui/copying/copy_button.tsx";
import { afterPicture } from "../../ui/drawing/next_picture.ts";
import { useAction } from "../../ui/hooks/use_action.ts";
import { Down } from "../../ui/icons.tsx";
import { PendingThread } from "../composer/pending.tsx";
import { PictureViewer } from "../picture_viewer/picture_viewer.tsx";
import { MessageWindow } from "../timeline/message_window.ts";
import { itemsOf, type Shown, showMessages } from "../timeline/shown_messages.ts";
import { Older, TimelineItem } from "../timeline/timeline_item.tsx";
import { useLastSeen, useShownLine } from "../timeline/use_last_seen.ts";
import { useMarkedMessage } from "../timeline/use_marked_message.ts";
import { type ScrollPlace, useScrollPlace } from "../timeline/use_scroll_place.ts";
import { withOpening } from "./sides.ts";
import { useMails } from "./use_mails.ts";

// So far from an end, what is behind it is put there.
const NEAR_PX = 800;

type MessagesProps = { project: Project; ticket: TicketSummary; thread: Thread; marked: number | null };

export function Messages({ project, ticket, thread, marked }: MessagesProps) {
  const { ticket_id: ticketId } = ticket;
  const messages = thread.messages.value;
  const all = withOpening(ticket, project.data.opening(ticketId), messages);
  const window = useMemo(() => new MessageWindow(innerHeight), [project, ticketId]);
  const shown = showMessages(all, thread.cursor.value !== null, window);
  const { opening, ids, start } = shown;
  const isOwn = messages.at(-1)?.author === project.session.me.value?.user_id;
  const place = useScrollPlace({
    first: `${ids[start]} ${opening !== null}`,
    last: `${ids.at(-1) ?? 0} ${opening !== null}`,
    isOwn,
    isAtEnd: window.isAtEnd,
  });
  useMarkedMessage(marked, { project, ticketId, thread, window, place });
  const newFrom = useLastSeen(project, ticketId, thread);
  useRest(thread, window, place);
  useShownLine(marked === null && window.isFilled ? newFrom : null, shown, window, place);
  useOwnShown(messages.at(-1), isOwn, window);
  const history = useHistory(project, ticket, window.isFilled ? shown : null);
  const older = useAction();
  const showOlder = () =>
    older.run(async () => {
      if (start === 0) await project.loadOlder(ticketId);
      place.remember();
      window.showOlder(showMessages(withOpening(ticket, opening, thread.messages.peek()), false, window).ids);
    });
  const { above, below } = itemsOf(shown, history.changes, newFrom);
  const drawn = { project, ticket, history, mails: useMails(project, ticket), marked };
  return (
    <div class="messages-frame">
      <section
        class="messages"
        ref={place.scroller}
        onScroll={() => follow(place, shown, window, showOlder)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
        tabIndex={0}
        aria-label={t("Messages")}
        aria-busy={!thread.isLoaded.value}
      >
        <ol>
          {above.map((item) => (
            <TimelineItem key={item.key} item={item} {...drawn} />
          ))}
          {shown.hasOlder && <Older key="older" action={older} show={showOlder} />}
          {below.map((item) => (
            <TimelineItem key={item.key} item={item} {...drawn} />
          ))}
          <PendingThread project={project} ticketId={ticketId} />
        </ol>
      </section>
      <ToEnd place={place} window={window} />
      <PictureViewer project={project} ticket={ticket} />
      <UncopiedText />
    </div>
  );
}

/** Put the rest of a thread's end above its last screen, once that is drawn. */
function useRest(thread: Thread, window: MessageWindow, place: ScrollPlace): void {
  const isLoaded = thread.isLoaded.value;
  useLayoutEffect(() => {
    if (!isLoaded || window.isFilled) return undefined;
    return afterPicture(() => {
      place.remember();
      window.fill();
    });
  }, [window, isLoaded]);
}

/** Show the end of the thread to who has just written there. */
function useOwnShown(last: Message | undefined, isOwn: boolean, window: MessageWindow): void {
  const id = last?.message_id ?? 0;
  const before = useRef(id);
  useLayoutEffect(() => {
    const isNew = before.current !== id && before.current !== 0;
    if (isOwn && isNew && !window.isAtEnd) window.showEnd();
    before.current = id;
  }, [id]);
}

/** What is offered to a reader of older messages. */
function ToEnd({ place, window }: { place: ScrollPlace; window: MessageWindow }) {
  if (!place.hasNews && window.isAtEnd) return null;
  const toEnd = () => {
    window.showEnd();
    place.toEnd();
  };
  return (
    <button type="button" class="button news" onClick={toEnd}>
      <Down /> {place.hasNews ? t("New message") : t("Latest messages")}
    </button>
  );
}

/** Follow a scroll: near an end of what is shown, what is behind it comes. */
function follow(place: ScrollPlace, { ids, hasOlder }: Shown, window: MessageWindow, showOlder: () => void): void {
  place.follow();
  const element = place.scroller.current;
  if (element === null) return;
  if (hasOlder && window.isFilled && isJustAbove(element)) showOlder();
  if (!window.isAtEnd && element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX) {
    place.remember();
    window.showNewer(ids);
  }
}

/** Whether what stands for older messages is above what is seen, and near: not when its reader has come to it. */
function isJustAbove(scroller: HTMLElement): boolean {
  const older = scroller.querySelector(".older");
  if (older === null) return false;
  const distance = scroller.getBoundingClientRect().top - older.getBoundingClientRect().bottom;
  return distance > 0 && distance < NEAR_PX;
}

/** Return a ticket's history, as far back as its messages are shown; null asks for none yet. */
function useHistory(project: Project, ticket: TicketSummary, shown: Shown | null): History {
  const histories = ticketHistoriesOf(project);
  const { ticket_id: ticketId } = ticket;
  const history = histories.of(ticketId, ticket.status);
  const since = shown?.hasOlder === false ? 0 : shown?.rest[shown.start]?.created_at;
  useEffect(() => {
    if (since !== undefined) void histories.reach(ticketId, since);
  }, [histories, ticketId, since, history]);
  return history;
}
