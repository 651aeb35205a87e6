/** What stands above a text that was not sent: what others have written since, or another text of the same draft. */
import type { Message } from "../../api/wire.ts";
import { formatHour } from "../../i18n/times.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { Draft } from "../../stores/drafts/draft.ts";
import type { Refusal } from "../../stores/pending/pending_messages.ts";

// Of a long message; the thread above has all of it.
const SHOWN = 400;

type GuardProps = { refusal: Refusal; sendAnyway: () => void; dismiss: () => void };

/** The messages that the author of a reply has not seen. */
export function Guard({ refusal, sendAnyway, dismiss }: GuardProps) {
  const messages = unseenOf(refusal);
  return (
    <section class="guard" role="alert" aria-label={t("Not sent yet")}>
      <p class="guard-head">
        {tn(
          "Not sent yet: {count} message was written meanwhile",
          "Not sent yet: {count} messages were written meanwhile",
          messages.length,
        )}
      </p>
      <ol class="guard-messages">
        {messages.map((message) => (
          <li key={message.message_id}>
            <strong>
              <bdi>{message.author_name}</bdi>
            </strong>{" "}
            <time datetime={new Date(message.created_at).toISOString()}>{formatHour(message.created_at)}</time>
            <p dir="auto">{message.body.length > SHOWN ? `${message.body.slice(0, SHOWN)}…` : message.body}</p>
          </li>
        ))}
      </ol>
      <div class="guard-end">
        <button type="button" class="button button-small" onClick={sendAnyway}>
          {t("Send all the same")}
        </button>
        <button type="button" class="button button-small" onClick={dismiss}>
          {t("Change the text first")}
        </button>
      </div>
    </section>
  );
}

/** Two texts of one draft, written at the same time; none is lost. */
export function DraftConflict({ draft }: { draft: Draft }) {
  const other = draft.other.value;
  if (other === null) return null;
  return (
    <section class="guard" role="alert" aria-label={t("Two texts of one draft")}>
      <p class="guard-head">
        {t("This draft was also changed in another window or on another device. It says there:")}
      </p>
      <blockquote class="guard-other" dir="auto">
        {other.content.title !== "" && <strong>{other.content.title}</strong>}
        {other.content.body}
      </blockquote>
      <div class="guard-end">
        <button type="button" class="button button-small" onClick={() => draft.resolve("both")}>
          {t("Keep both")}
        </button>
        <button type="button" class="button button-small" onClick={() => draft.resolve("mine")}>
          {t("Keep the text below")}
        </button>
        <button type="button" class="button button-small" onClick={() => draft.resolve("other")}>
          {t("Take the other text")}
        </button>
      </div>
    </section>
  );
}

export function isGuarded({ problem }: Refusal): boolean {
  return problem.reason === "thread-moved";
}

function unseenOf({ problem }: Refusal): Message[] {
  const { messages } = problem.data;
  return Array.isArray(messages) ? (messages as Message[]) : [];
}
