/** Why a mail waits in the quarantine, in the words of the page: the server says the kind, and what it names. */
import type { IncomingMailRecord, QuarantineKind } from "../../../api/wire.ts";
import { t, tn } from "../../../i18n/translate.ts";

type Values = IncomingMailRecord["reason_values"];

const WORDS: Record<QuarantineKind, (values: Values) => string> = {
  no_sender: () => t("It names no sender, or more than one"),
  sender_rate: ({ limit }) =>
    tn("Its sender wrote {count} mail within an hour", "Its sender wrote {count} mails within an hour", Number(limit)),
  customer_rate: () => t("Its sender wrote more within an hour than a customer may"),
  newcomer_rate: ({ limit }) =>
    tn(
      "Mails of unknown senders made {count} customer within an hour already",
      "Mails of unknown senders made {count} customers within an hour already",
      Number(limit),
    ),
  domain_rate: ({ limit, domain = "" }) =>
    tn(
      "Mails of unknown senders of {domain} made {count} customer within an hour already",
      "Mails of unknown senders of {domain} made {count} customers within an hour already",
      Number(limit),
      { domain },
    ),
  unproved_rate: ({ limit }) =>
    tn(
      "{count} mail whose sender is not proved was filed within an hour already",
      "{count} mails whose senders are not proved were filed within an hour already",
      Number(limit),
    ),
  unproved_rate_of_ticket: ({ limit, ticket = "" }) =>
    tn(
      "{count} mail whose sender is not proved was filed on ticket {number} within an hour already",
      "{count} mails whose senders are not proved were filed on ticket {number} within an hour already",
      Number(limit),
      { number: ticket },
    ),
  report_rate: ({ limit }) =>
    tn(
      "{count} letter was reported as not delivered within an hour already",
      "{count} letters were reported as not delivered within an hour already",
      Number(limit),
    ),
  report_rate_of_ticket: ({ limit, ticket = "" }) =>
    tn(
      "{count} letter about ticket {number} was reported as not delivered within an hour already",
      "{count} letters about ticket {number} were reported as not delivered within an hour already",
      Number(limit),
      { number: ticket },
    ),
  attempts: ({ count }) =>
    tn(
      "The desk tried {count} time to file it, and it ended without a result",
      "The desk tried {count} times to file it, and it ended without a result",
      Number(count),
    ),
  no_bytes: () => t("Its text is not kept any more"),
  defect: () => t("The desk failed to file it: its log says more"),
};

/** Return why a mail waits; null for a reason without a kind, which its own words say. */
export function quarantineWords({ reason_kind: kind, reason_values: values }: IncomingMailRecord): string | null {
  // The kinds of a later release are not here.
  return kind !== null && Object.hasOwn(WORDS, kind) ? WORDS[kind](values) : null;
}
