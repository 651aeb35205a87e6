/** How the list is shown: its order, and how much room a row takes; this browser remembers both. */
import type { ComponentChildren } from "preact";
import { density, desk, listOrder } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { ListOrder } from "../../stores/tickets/lists/list_order.ts";
import { Rows, RowsDense } from "../../ui/icons.tsx";
import { Select } from "../../ui/select.tsx";

const ORDER_WORDS: Record<ListOrder, string> = {
  activity: t("Latest first"),
  oldest: t("Oldest first"),
  priority: t("By priority"),
  overdue: t("Overdue first"),
  due: t("Next answer due first"),
};

export function ListSettings() {
  const isStaff = desk.isStaff.value;
  const isCompact = density.value.value === "compact";
  const sort = (order: string) => {
    listOrder.choose(order);
    desk.relist();
  };
  return (
    <div class="list-settings">
      {isStaff && (
        <OrderField>
          <Select value={listOrder.value.value} choose={sort} name="order">
            {listOrder.names.map((name) => (
              <option key={name} value={name}>
                {ORDER_WORDS[name]}
              </option>
            ))}
          </Select>
        </OrderField>
      )}
      <button
        type="button"
        class="button button-icon"
        aria-pressed={isCompact}
        title={t("Compact rows")}
        onClick={() => density.choose(isCompact ? "comfortable" : "compact")}
      >
        {isCompact ? <RowsDense /> : <Rows />}
        <span class="unseen">{t("Compact rows")}</span>
      </button>
    </div>
  );
}

function OrderField({ children }: { children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is what stands in it.
    <label class="list-order" title={ORDER_WORDS[listOrder.value.value]}>
      <span class="unseen">{t("Order of the list")}</span>
      {children}
    </label>
  );
}
