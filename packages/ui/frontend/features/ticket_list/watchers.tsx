/** Who looks at a ticket now, as initials in its row. */
import { useMemo } from "preact/hooks";
import { formatList } from "../../i18n/formats.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { Avatar } from "../../ui/avatar.tsx";

// More would leave no room for what the ticket is about.
const SHOWN = 2;

export function Watchers({ project, ticketId }: { project: Project; ticketId: number }) {
  const people = useMemo(() => project.presence.of(ticketId), [project, ticketId]).value;
  if (people.length === 0) return null;
  const names = formatList(people.map(({ name }) => name));
  const words = t("Looking at it: {names}", { names });
  return (
    <span class="ticket-watchers" title={words}>
      {people.slice(0, SHOWN).map(({ user_id: id, name }) => (
        <Avatar key={id} id={id} name={name} />
      ))}
      {people.length > SHOWN && (
        <span class="ticket-watchers-more">{t("+{count}", { count: people.length - SHOWN })}</span>
      )}
      <span class="unseen">{words}</span>
    </span>
  );
}
