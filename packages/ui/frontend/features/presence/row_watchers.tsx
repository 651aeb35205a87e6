/** Who is at a ticket, as initials in its row of the list: those who write first, with the dots of writing. */
import type { Level, Present } from "../../api/wire.ts";
import { formatList } from "../../i18n/formats.ts";
import { t } from "../../i18n/translate.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { WritingDots } from "./writing_dots.tsx";

// More would leave no room for what the ticket is about.
const SHOWN = 2;

export function RowWatchers({ people }: { people: readonly Present[] }) {
  const writing = namesOf(people, "writing");
  const viewing = namesOf(people, "viewing");
  const words = [
    writing === "" ? "" : t("Writing: {names}", { names: writing }),
    viewing === "" ? "" : t("Looking at it: {names}", { names: viewing }),
  ].filter((said) => said !== "");
  return (
    <span class="ticket-watchers" title={words.join("\n")}>
      {people.slice(0, SHOWN).map(({ user_id: id, name }) => (
        <Avatar key={id} id={id} name={name} />
      ))}
      {people.length > SHOWN && (
        <span class="ticket-watchers-more">{t("+{count}", { count: people.length - SHOWN })}</span>
      )}
      {writing !== "" && <WritingDots />}
      <span class="unseen">{words.join(". ")}</span>
    </span>
  );
}

function namesOf(people: readonly Present[], level: Level): string {
  return formatList(people.filter((one) => one.level === level).map(({ name }) => name));
}
