/** The warning that a mail of no user begins with: the server writes it into the text, and the thread has a mark. */
import type { TicketMail } from "../../api/wire.ts";

const BEGINNING = "This mail says that it is from ";
const END = "\n\n";

/** Return a message's text without the warning, where the mark of its mail says the same. */
export function withoutWarning(body: string, mail: TicketMail | undefined): string {
  if (mail === undefined || mail.is_bounce || mail.warning === "") return body;
  const end = body.indexOf(END);
  const first = end < 0 ? "" : body.slice(0, end);
  const isWarning = first.startsWith(BEGINNING) && first.endsWith(` It acts for no user: ${mail.warning}.`);
  return isWarning ? body.slice(end + END.length) : body;
}
