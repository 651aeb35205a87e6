/** Messages on their way: in their thread as they will be, and above the form where they are another ticket's. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { NO_ANSWER } from "../../api/errors.ts";
import { desk, go } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { isSameText } from "../../stores/drafts/draft_content.ts";
import type { Pending } from "../../stores/pending/pending_messages.ts";
import type { PendingMessage } from "../../stores/pending/pending_storage.ts";
import type { Project } from "../../stores/project.ts";
import { threadHref } from "../../stores/route.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { afterPicture } from "../../ui/drawing/next_picture.ts";
import { useAttention } from "../../ui/hooks/use_attention.ts";
import { Lock } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { focusText } from "../commands/action.ts";
import { pendingOf } from "./writing.ts";

// The browser's clock and the server's.
const CLOCKS_DIFFER_MS = 60_000;

type PlaceProps = { project: Project; ticketId: number };

/** The messages of a thread that have not arrived yet, at its end. */
export function PendingThread({ project, ticketId }: PlaceProps) {
  const found = pendingOf(project)
    .list.value.filter(({ message, isHere }) => message.ticketId === ticketId && !isHere.value)
    .filter(({ message }) => !isFound(project, message));
  return (
    <>
      {found.map((pending) => (
        <PendingItem key={pending.message.token} project={project} pending={pending} />
      ))}
    </>
  );
}

/** Whether a thread that was fetched has what the page before this one has sent. */
function isFound(project: Project, { ticketId, dueAt, kind, content, writtenAt }: PendingMessage): boolean {
  if (dueAt > 0) return false;
  const me = project.session.me.value?.user_id;
  return project
    .thread(ticketId)
    .messages.value.some(
      (message) =>
        message.author === me &&
        message.kind === kind &&
        message.created_at > writtenAt - CLOCKS_DIFFER_MS &&
        isSameText(message.body, content.body),
    );
}

function PendingItem({ project, pending }: { project: Project; pending: Pending }) {
  const item = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => item.current?.scrollIntoView({ block: "end" }), []);
  const { message } = pending;
  const me = project.session.me.value;
  const isStaff = project.session.isStaff.value;
  const problem = pending.problem.value;
  return (
    <li
      ref={item}
      class="message pending"
      data-side={message.kind === "note" ? "note" : isStaff ? "team" : "customer"}
      data-pending={pending.state.value}
    >
      <Avatar id={me?.user_id ?? ""} name={me?.name ?? ""} large />
      <article class="bubble">
        <header class="bubble-head">
          <strong>
            <bdi>{me?.name}</bdi>
          </strong>
          {message.kind === "note" && (
            <span class="bubble-note">
              <Lock /> {t("Internal note, never shown to the customer")}
            </span>
          )}
          <span class="pending-state">{stateWords(pending)}</span>
        </header>
        <p class="bubble-text" dir="auto">
          {message.content.body}
        </p>
        {message.content.files.length > 0 && (
          <ul class="pending-files" aria-label={t("Attachments")}>
            {message.content.files.map(({ attachment_id: id, name }) => (
              <li key={id}>
                <bdi>{name}</bdi>
              </li>
            ))}
          </ul>
        )}
        {problem !== null && problem.reason !== NO_ANSWER && <Problem problem={problem} />}
        <UndoBar project={project} pending={pending} />
      </article>
    </li>
  );
}

/** What was sent on other tickets and can still be taken back, or is not there yet. */
export function PendingElsewhere({ project, ticketId }: PlaceProps) {
  const found = pendingOf(project).list.value.filter((one) => one.message.ticketId !== ticketId && !one.isHere.value);
  if (found.length === 0) return null;
  return (
    <ul class="pending-elsewhere" aria-label={t("Messages on their way")}>
      {found.map((pending) => (
        <li key={pending.message.token}>
          <a href={threadHref(project.id, pending.message.ticketId)}>
            {t("Ticket {number}", { number: pending.message.ticketId })}
          </a>{" "}
          <span class="pending-state">{stateWords(pending)}</span>
          <UndoBar project={project} pending={pending} />
        </li>
      ))}
    </ul>
  );
}

/** The same where no ticket is open: what was sent a moment ago is taken back from there, too. */
export function PendingBar() {
  const projects = desk.known.value;
  const isAny = projects.some((project) => pendingOf(project).list.value.some((one) => !one.isHere.value));
  if (!isAny) return null;
  return (
    <section class="pending-bar" aria-label={t("Messages on their way")}>
      {projects.map((project) => (
        <PendingElsewhere key={project.id} project={project} ticketId={0} />
      ))}
    </section>
  );
}

function UndoBar({ project, pending }: { project: Project; pending: Pending }): ComponentChildren {
  const state = pending.state.value;
  const { isHeld, handlers } = useAttention();
  // At once: it may be about to leave. What it was under goes with it, as another view is shown.
  useLayoutEffect(() => {
    if (!isHeld.value) return undefined;
    const { token } = pending.message;
    pendingOf(project).hold(token);
    return () => pendingOf(project).letGo(token);
  }, [isHeld.value]);
  if (state === "sending") return null;
  const undo = () => {
    const message = pendingOf(project).undo(pending.message.token);
    if (message === null) return;
    go(threadHref(project.id, message.ticketId));
    // The thread is drawn first, then the form, with its text.
    afterPicture(() => focusText(message.kind));
  };
  return (
    <div class="undo-bar" {...handlers}>
      {state === "waiting" && <UndoTime message={pending.message} isHeld={isHeld.value} />}
      <button type="button" class="button button-small" data-key="undo" onClick={undo}>
        {state === "waiting" ? t("Undo") : t("Take it back")}
      </button>
    </div>
  );
}

/** What is left of the time in which a message can be taken back. */
function UndoTime({ message: { writtenAt, dueAt }, isHeld }: { message: PendingMessage; isHeld: boolean }) {
  const style = {
    animationDuration: `${dueAt - writtenAt}ms`,
    animationPlayState: isHeld ? "paused" : "running",
  };
  return <progress class="undo-time" aria-hidden="true" style={style} />;
}

function stateWords({ message, state }: Pending): string {
  if (state.value === "lost") return t("Waits for the connection; it is sent once");
  if (state.value === "sending") return t("Sending…");
  return message.status === "solved" ? t("Is sent and solves the ticket in a moment") : t("Is sent in a moment");
}
