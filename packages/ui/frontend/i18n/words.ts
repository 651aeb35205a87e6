/** The words of the page for what the server calls by one word, and for quantities. */
import type { Priority, Role, Status } from "../api/wire.ts";
import { numberFormat } from "./formats.ts";
import { t, tn } from "./translate.ts";

const STAFF_STATUS: Record<Status, string> = {
  new: t("New"),
  open: t("Open"),
  waiting: t("Waiting on customer"),
  snoozed: t("Snoozed"),
  solved: t("Solved"),
  closed: t("Closed"),
};

const CUSTOMER_STATUS: Record<Status, string> = {
  new: t("Received"),
  open: t("With support"),
  waiting: t("Answered"),
  snoozed: t("With support"),
  solved: t("Solved"),
  closed: t("Closed"),
};

export const PRIORITY_WORDS: Record<Priority, string> = {
  low: t("Low"),
  normal: t("Normal"),
  high: t("High"),
  urgent: t("Urgent"),
};

export const ROLE_WORDS: Record<Role, string> = { customer: t("Customer"), agent: t("Agent"), admin: t("Admin") };

/** What the head of the page says of who is signed in. */
export const ACCOUNT = {
  devices: t("Devices"),
  signOut: t("Sign out"),
  signingOut: t("Signing out…"),
};

/** The button of a project that does not know the user. */
export const SIGN_IN_BUTTON = t("Sign in");

export function statusWord(status: Status, isStaff: boolean): string {
  return (isStaff ? STAFF_STATUS : CUSTOMER_STATUS)[status] ?? status;
}

/** Return what a user who has to wait is told; rounded up, so that the time said is enough. */
export function formatWait(seconds: number): string {
  if (seconds <= 0) return t("You can try again now.");
  if (seconds <= 90) {
    return tn(
      "You can try again in {count} second; what you wrote is kept.",
      "You can try again in {count} seconds; what you wrote is kept.",
      Math.ceil(seconds),
    );
  }
  return tn(
    "You can try again in {count} minute; what you wrote is kept.",
    "You can try again in {count} minutes; what you wrote is kept.",
    Math.ceil(seconds / 60),
  );
}

/** Return a file's size as people say it, in thousands. */
export function formatSize(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  const digits = power === 0 || value >= 10 ? 0 : 1;
  return numberFormat({
    style: "unit",
    unit: units[power],
    unitDisplay: power === 0 ? "long" : "short",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}
