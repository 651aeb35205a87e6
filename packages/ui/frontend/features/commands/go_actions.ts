/** Actions that lead to another place of the page. */
import { desk, go } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { DEVICES, INBOX, type ListName, listHref, NEW, STATS } from "../../stores/route.ts";
import { settingsHref } from "../../stores/settings/pages.ts";
import type { Action } from "./action.ts";
import { overlay } from "./overlays.ts";

const view = (name: ListName, words: string, key: string): Action => ({
  id: `go.${name}`,
  words,
  group: "go",
  keys: [`g ${key}`],
  isOfStaff: true,
  run: () => go(listHref(name)),
});

export const PAGE_ACTIONS: readonly Action[] = [
  {
    id: "help",
    words: t("Show the keys"),
    group: "page",
    keys: ["?"],
    run: () => {
      overlay.value = { name: "help" };
    },
  },
  {
    id: "palette",
    words: t("Run anything"),
    group: "page",
    keys: ["Ctrl+K"],
    opensText: true,
    run: () => {
      overlay.value = { name: "palette" };
    },
  },
  {
    id: "search",
    words: t("Search"),
    group: "page",
    keys: ["/"],
    opensText: true,
    run: () => {
      overlay.value = { name: "search", query: "" };
    },
  },
  { id: "new", words: t("New ticket"), group: "page", keys: ["c"], opensText: true, run: () => go(NEW) },
];

export const GO_ACTIONS: readonly Action[] = [
  {
    id: "go.list",
    words: t("Back to the list"),
    group: "go",
    keys: ["u"],
    isAvailable: () => desk.route.value.view !== "inbox",
    run: () => go(INBOX),
  },
  view("inbox", t("Go to all tickets"), "a"),
  view("unassigned", t("Go to unassigned tickets"), "u"),
  view("mine", t("Go to my tickets"), "m"),
  view("participating", t("Go to tickets that I take part in"), "p"),
  view("open", t("Go to open tickets"), "o"),
  view("waiting", t("Go to waiting tickets"), "w"),
  view("snoozed", t("Go to snoozed tickets"), "s"),
  view("closed", t("Go to closed tickets"), "c"),
  {
    id: "go.stats",
    words: t("Go to the stats"),
    group: "go",
    keys: ["g t"],
    isOfStaff: true,
    run: () => go(STATS),
  },
  { id: "go.settings", words: t("Go to the settings"), group: "go", keys: ["g ,"], run: () => go(settingsHref()) },
  { id: "go.devices", words: t("Go to devices and passkeys"), group: "go", keys: ["g d"], run: () => go(DEVICES) },
];
