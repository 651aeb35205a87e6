/** The messages of a thread, oldest first, by day; the ticket's own text is among them, older ones come on request. */
import { useSignal } from "@preact/signals";
import { Fragment, type RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Message, TicketMail, TicketSummary } from "../../api/wire.ts";
import { formatDay, formatExactly, formatHour } from "../../i18n/times.ts";
import type { Project } from "../../stores/project.ts";
import type { Thread } from "../../stores/tickets/thread.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Down, Lock } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useAction } from "../../ui/use_action.ts";
import { MailMark } from "./mail_mark.tsx";
import { MessageContent } from "./message_content.tsx";
import { type Side, sideOf, withOpening } from "./sides.ts";
import { useMails } from "./use_mails.ts";

// Nearer to the end than this, a reader wants to see what arrives.
const NEAR_END_PX = 120;

const ROLE_OF_SIDE: Record<Side, string> = { customer: "Customer", team: "Support", note: "Support" };

type MessagesProps = { project: Project; ticket: TicketSummary; thread: Thread };

export function Messages({ project, ticket, thread }: MessagesProps) {
  const messages = thread.messages.value;
  const isOwn = messages.at(-1)?.author === project.session.me.value?.user_id;
  const opening = project.data.opening(ticket.ticket_id);
  const last = messages.at(-1)?.message_id ?? 0;
  const { scroller, hasNews, scrolled, toEnd } = useFollowedEnd(`${last} ${opening !== null}`, isOwn);
  useKeptPlace(scroller, messages.at(0)?.message_id ?? 0);
  const all = withOpening(ticket, opening, messages);
  const mails = useMails(project, ticket);
  const older = thread.cursor.value !== null && <Older project={project} ticket={ticket} />;
  // Messages that were merged in may be older than the ticket.
  const beginsWithOpening = all[0]?.message_id === 0;
  return (
    <div class="messages-frame">
      <section
        class="messages"
        ref={scroller}
        onScroll={scrolled}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
        tabIndex={0}
        aria-label="Messages"
        aria-busy={!thread.isLoaded.value}
      >
        <ol>
          {!beginsWithOpening && older}
          {all.map((message, index) => (
            <Fragment key={message.message_id}>
              <Day message={message} before={all[index - 1]} />
              <MessageItem project={project} message={message} ticket={ticket} mail={mails.get(message.message_id)} />
              {index === 0 && beginsWithOpening && older}
            </Fragment>
          ))}
        </ol>
      </section>
      {hasNews && (
        <button type="button" class="button news" onClick={toEnd}>
          <Down /> New message
        </button>
      )}
    </div>
  );
}

/** Keep a reader of the end at the end; offer it to a reader of older messages when something arrives. */
function useFollowedEnd(end: string, isOwn: boolean) {
  const scroller = useRef<HTMLElement>(null);
  const atEnd = useSignal(true);
  const hasNews = useSignal(false);

  useLayoutEffect(() => {
    if (atEnd.value || isOwn) jumpToEnd(scroller.current);
    else hasNews.value = true;
  }, [end]);

  // The composer grows and shrinks; a reader of the end goes on reading the end.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (atEnd.value) jumpToEnd(element);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const scrolled = () => {
    const element = scroller.current;
    if (element === null) return;
    atEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (atEnd.value) hasNews.value = false;
  };
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: "smooth" });
  return { scroller, hasNews: hasNews.value, scrolled, toEnd };
}

/** Keep a reader where they are when older messages arrive above. */
function useKeptPlace(scroller: RefObject<HTMLElement | null>, first: number): void {
  const fromEnd = useRef(0);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const remember = () => {
      fromEnd.current = element.scrollHeight - element.scrollTop;
    };
    element.addEventListener("scroll", remember, { passive: true });
    return () => element.removeEventListener("scroll", remember);
  }, []);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null && fromEnd.current > 0) element.scrollTop = element.scrollHeight - fromEnd.current;
  }, [first]);
}

function jumpToEnd(element: HTMLElement | null): void {
  if (element !== null) element.scrollTop = element.scrollHeight;
}

/** What stands between the ticket's own text and the first message that is here. */
function Older({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const { isBusy, problem, run } = useAction();
  return (
    <li class="older">
      {problem && <Problem problem={problem} />}
      <button
        type="button"
        class="button"
        disabled={isBusy}
        onClick={() => run(() => project.loadOlder(ticket.ticket_id))}
      >
        Older messages
      </button>
    </li>
  );
}

function Day({ message, before }: { message: Message; before: Message | undefined }) {
  const day = formatDay(message.created_at);
  if (before !== undefined && formatDay(before.created_at) === day) return null;
  return (
    <li class="day">
      <span>{day}</span>
    </li>
  );
}

type MessageItemProps = { project: Project; message: Message; ticket: TicketSummary; mail: TicketMail | undefined };

function MessageItem({ project, message, ticket, mail }: MessageItemProps) {
  const side = sideOf(message, ticket);
  return (
    <li class="message" data-side={side}>
      <Avatar id={message.author} name={message.author_name} large />
      <article class="bubble">
        <header class="bubble-head">
          <strong>{message.author_name}</strong>
          <span class="bubble-role">{ROLE_OF_SIDE[side]}</span>
          {side === "note" && (
            <span class="bubble-note">
              <Lock /> Internal note, never shown to the customer
            </span>
          )}
          <time datetime={new Date(message.created_at).toISOString()} title={formatExactly(message.created_at)}>
            {formatHour(message.created_at)}
          </time>
        </header>
        {mail && <MailMark mail={mail} />}
        <MessageContent project={project} message={message} mail={mail} />
      </article>
    </li>
  );
}
