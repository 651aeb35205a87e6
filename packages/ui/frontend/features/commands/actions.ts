/** Every action of the page, in the order in which the list of the keys has them. */

import { t } from "../../i18n/translate.ts";
import type { Action, Group } from "./action.ts";
import { GO_ACTIONS, PAGE_ACTIONS } from "./go_actions.ts";
import { LIST_ACTIONS } from "./list_actions.ts";
import { TICKET_ACTIONS } from "./ticket_actions.ts";

export const ACTIONS: readonly Action[] = [...PAGE_ACTIONS, ...LIST_ACTIONS, ...TICKET_ACTIONS, ...GO_ACTIONS];

export const GROUP_WORDS: Record<Group, string> = {
  page: t("Everywhere"),
  list: t("In the list"),
  ticket: t("On a ticket"),
  go: t("Go to"),
};

export function actionNamed(id: string): Action | undefined {
  return ACTIONS.find((action) => action.id === id);
}
