/** What is done with the selected tickets, how far it has come, and what was refused. */
import { desk } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import { Close } from "../../ui/icons.tsx";
import { changes, listedKeys, selection } from "./bulk.ts";
import { BulkFields } from "./bulk_fields.tsx";
import { BulkReport, EarlierReport } from "./bulk_report.tsx";
import { SelectAll } from "./select_all.tsx";

export function BulkBar() {
  const isActive = selection.isActive.value;
  const last = changes.shown.value;
  const earlier = changes.earlier.value;
  if (!isActive && last === null && earlier.length === 0) return null;
  return (
    <section class="bulk" data-kind={isActive ? "selection" : "report"} aria-label={t("Selected tickets")}>
      {earlier.map((one) => (
        <EarlierReport key={one} earlier={one} />
      ))}
      {last !== null && <BulkReport key={last} last={last} />}
      {isActive && <Head />}
      {isActive && <BulkFields />}
    </section>
  );
}

function Head() {
  const count = selection.count.value;
  const listed = listedKeys();
  const hasAll = listed.length > 0 && listed.every((key) => selection.has(key));
  return (
    <div class="bulk-head">
      <p class="bulk-count" role="status">
        {tn("{count} selected", "{count} selected", count)}
      </p>
      {hasAll ? (
        <SelectAll />
      ) : (
        <button type="button" class="button button-small" onClick={() => selection.add(listedKeys())}>
          {tn("Select the one that is listed", "Select all {count} that are listed", desk.rows.value.length)}
        </button>
      )}
      <button type="button" class="icon-button bulk-close" onClick={() => selection.clear()}>
        <Close />
        <span class="unseen">{t("Select none")}</span>
      </button>
    </div>
  );
}
