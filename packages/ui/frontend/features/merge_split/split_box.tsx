/** The box by which a message is chosen to be split off; there while messages are chosen. */
import type { Message } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { splitting } from "./splitting.ts";

export function SplitBox({ project, message }: { project: Project; message: Message }) {
  const chosenFrom = splitting.ticket.value;
  if (chosenFrom === null || !splitting.isOf(project.id, chosenFrom.ticketId)) return null;
  // The text that the ticket was filed with is the ticket, and no message of it.
  const isOpening = message.message_id === 0;
  return (
    <label class="split-box" title={isOpening ? t("The first text stays with its ticket") : undefined}>
      <input
        type="checkbox"
        disabled={isOpening}
        checked={splitting.messages.value.has(message.message_id)}
        onChange={() => splitting.toggle(message.message_id)}
      />
      <span class="unseen">{t("Split off the message of {name}", { name: message.author_name })}</span>
    </label>
  );
}
