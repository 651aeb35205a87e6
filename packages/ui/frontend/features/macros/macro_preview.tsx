/** What a macro would change on a ticket, and what it would write there. */
import type { Macro, MacroPreview, TicketSummary } from "../../api/wire.ts";
import { formatList } from "../../i18n/formats.ts";
import { formatMoment } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import { PRIORITY_WORDS, statusWord } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { changesOf, type FieldChange } from "./macro_changes.ts";

type MacroChangesProps = { project: Project; ticket: TicketSummary; macro: Macro; preview: MacroPreview };

export function MacroChanges({ project, ticket, macro, preview }: MacroChangesProps) {
  const changes = changesOf(ticket, preview.ticket, project.session.me.value?.user_id ?? "");
  const isNothing = changes.length === 0 && preview.note === null && preview.reply === null;
  return (
    <>
      <h3>
        <bdi>{macro.name}</bdi>
      </h3>
      {isNothing && <p>{t("It changes nothing on this ticket")}</p>}
      <dl class="macro-changes">
        {changes.map((change) => (
          <div key={change.field}>
            <dt>{nameOf(change)}</dt>
            <dd dir="auto">{wordsOf(change)}</dd>
          </div>
        ))}
      </dl>
      {preview.reply !== null && (
        <section class="macro-text" data-kind="reply">
          <h4>{t("Reply to the customer")}</h4>
          <p dir="auto">{preview.reply}</p>
        </section>
      )}
      {preview.note !== null && (
        <section class="macro-text" data-kind="note">
          <h4>{t("Internal note")}</h4>
          <p dir="auto">{preview.note}</p>
        </section>
      )}
    </>
  );
}

function nameOf({ field }: FieldChange): string {
  return {
    status: t("Status"),
    priority: t("Priority"),
    assignee: t("Assignee"),
    snoozed_until: t("Snoozed until"),
    added: t("Tags added"),
    removed: t("Tags removed"),
    follow: t("Following"),
  }[field];
}

function wordsOf(change: FieldChange): string {
  switch (change.field) {
    case "status":
      return from(statusWord(change.before, true), statusWord(change.after, true));
    case "priority":
      return from(PRIORITY_WORDS[change.before], PRIORITY_WORDS[change.after]);
    case "assignee":
      return from(change.before ?? t("no agent"), change.after ?? t("no agent"));
    case "snoozed_until":
      return formatMoment(change.after);
    case "follow":
      return t("You follow the ticket");
    default:
      return formatList(change.tags, { type: "unit" });
  }
}

function from(before: string, after: string): string {
  return t("{before} → {after}", { before, after });
}
