/** Says to admins who may open the page over TCP: red while everybody may, green while the access list does its work. */
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { OpenAccess } from "../../stores/access/open_access.ts";

const WORDS: Record<OpenAccess, string> = {
  enforced: t("Only listed addresses may open this page."),
  unset: t("Everyone who can reach this address may open this page: ADMIN_SECRETS is not set."),
  invalid: t("Everyone who can reach this address may open this page: ADMIN_SECRETS names no valid address."),
  unread: t("Everyone who can reach this address may open this page: no supervisor could be asked who may."),
};

export function AccessBar({ access }: { access: OpenAccess }) {
  if (!desk.isAdmin.value) return null;
  return (
    <aside
      class="access"
      aria-label={t("Who may open this page")}
      data-access={access === "enforced" ? access : "open"}
    >
      <p>{WORDS[access]}</p>
    </aside>
  );
}
