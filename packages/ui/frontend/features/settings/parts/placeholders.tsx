/** What may stand between double braces in a canned reply, and what is written there. */
import { t } from "../../../i18n/translate.ts";

const PLACEHOLDERS: Array<[string, string]> = [
  ["{{customer.name}}", t("the customer's name")],
  ["{{customer.first_name|there}}", t("its first word; “there” where it is not known")],
  ["{{agent.name}}", t("your name")],
  ["{{agent.signature}}", t("your signature, from your profile")],
  ["{{ticket.number}}", t("the ticket's number")],
  ["{{ticket.title}}", t("its title")],
  ["{{ticket.link}}", t("its address at this page")],
];

export function Placeholders() {
  return (
    <details class="placeholders">
      <summary>{t("Placeholders")}</summary>
      <dl>
        {PLACEHOLDERS.map(([name, meaning]) => (
          <div key={name}>
            <dt>
              <code dir="ltr">{name}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
