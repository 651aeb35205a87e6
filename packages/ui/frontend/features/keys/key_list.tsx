/** Keys as they are drawn: those that are held together, and those that follow one another. */
import { Fragment } from "preact";
import { t } from "../../i18n/translate.ts";
import { partsOf } from "./strokes.ts";

const NAMES: Record<string, string> = {
  Ctrl: t("Ctrl"),
  Alt: t("Alt"),
  Shift: t("Shift"),
  Enter: t("Enter"),
  Escape: t("Esc"),
};

export function KeyList({ bindings }: { bindings: readonly string[] }) {
  if (bindings.length === 0) return <span class="key-none">{t("no key")}</span>;
  return (
    <span class="key-list">
      {bindings.map((binding, number) => (
        <Fragment key={binding}>
          {number > 0 && <span class="key-or">{t("or")}</span>}
          {partsOf(binding).map((parts, place) => (
            <Fragment key={place}>
              {place > 0 && <span class="key-or">{t("then")}</span>}
              {parts.map((part) => (
                <kbd key={part}>{NAMES[part] ?? part}</kbd>
              ))}
            </Fragment>
          ))}
        </Fragment>
      ))}
    </span>
  );
}
