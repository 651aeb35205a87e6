/** What a thread says of a message that came by mail, and the mail as it was sent. */
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { ownUrl } from "../../api/client.ts";
import type { TicketMail, UnprovedKind } from "../../api/wire.ts";
import { t, tx } from "../../i18n/translate.ts";
import { MailIcon, Warning } from "../../ui/icons.tsx";

/** From whom a mail came, with a warning where that could not be proved. */
export function MailMark({ mail }: { mail: TicketMail }) {
  if (mail.is_bounce) {
    return (
      <p class="mail-mark mail-warning">
        <Warning /> {t("A letter did not arrive")}
      </p>
    );
  }
  const sender = <bdi>{senderOf(mail)}</bdi>;
  return (
    <p class={mail.warning === "" ? "mail-mark" : "mail-mark mail-warning"}>
      {mail.warning === "" ? <MailIcon /> : <Warning />}
      <span>
        {mail.warning === ""
          ? tx("By mail from {sender}", { sender })
          : tx("By mail from {sender}. Its sender could not be proved: {reason}.", {
              sender,
              reason: <strong>{reasonOf(mail)}</strong>,
            })}
      </span>
    </p>
  );
}

/** The switch between the text of a message and its mail as it was sent. */
export function SentSwitch({ shows }: { shows: Signal<boolean> }) {
  const flip = () => {
    shows.value = !shows.value;
  };
  return (
    <button type="button" class="link-button" onClick={flip}>
      {shows.value ? t("Show as text") : t("Show as sent")}
    </button>
  );
}

/** The mail in a frame in which nothing runs; pictures of the web come when they are asked for. */
export function SentMail({ project, mail }: { project: string; mail: TicketMail }) {
  const loadsPictures = useSignal(false);
  const url = ownUrl(project, `mails/${mail.mail_id}`);
  if (loadsPictures.value) url.searchParams.set("pictures", "1");
  return (
    <div class="sent-mail">
      <iframe
        class="sent-mail-frame"
        key={url.href}
        src={url.href}
        title={t("Mail as it was sent, from {sender}", { sender: senderOf(mail) })}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        referrerpolicy="no-referrer"
      />
      {!loadsPictures.value && (
        <p class="sent-mail-end">
          <button
            type="button"
            class="button button-small"
            onClick={() => {
              loadsPictures.value = true;
            }}
          >
            {t("Load pictures from the web")}
          </button>
          <span>{t("Its sender can then tell that it is read.")}</span>
        </p>
      )}
    </div>
  );
}

const REASONS: Record<UnprovedKind, string> = {
  forged: t("the mail server says that it is forged"),
  unknown_sender: t("the sender is no user of this desk"),
  deactivated: t("its sender is deactivated"),
  agent_unproved: t("an agent's mail counts only when the mail server vouches for its sender"),
  customer_unproved: t("no mail server vouches for its sender, and it does not answer a letter to them"),
};

/** Mails of an earlier release have the words alone. */
function reasonOf({ warning, warning_kind: kind }: TicketMail): string {
  return kind && Object.hasOwn(REASONS, kind) ? REASONS[kind] : warning;
}

function senderOf(mail: TicketMail): string {
  return mail.sender ?? t("nobody that it names");
}
