/** The words of the page for what the server calls by one word. */
import type { Priority, Role, Status } from "../api/wire.ts";

const STAFF_STATUS: Record<Status, string> = {
  new: "New",
  open: "Open",
  waiting: "Waiting on customer",
  snoozed: "Snoozed",
  solved: "Solved",
  closed: "Closed",
};

const CUSTOMER_STATUS: Record<Status, string> = {
  new: "Received",
  open: "With support",
  waiting: "Answered",
  snoozed: "With support",
  solved: "Solved",
  closed: "Closed",
};

export const PRIORITY_WORDS: Record<Priority, string> = {
  low: "Low",
  normal: "Normal",
  high: "High",
  urgent: "Urgent",
};

export const ROLE_WORDS: Record<Role, string> = { customer: "Customer", agent: "Agent", admin: "Admin" };

/** What the head of the page says of who is signed in. */
export const ACCOUNT = {
  signedInAs: "Signed in as",
  devices: "Devices",
  signOut: "Sign out",
  signingOut: "Signing out…",
  of: "Account of",
};

/** The button of a project that does not know the user. */
export const SIGN_IN_BUTTON = "Sign in";

export function statusWord(status: Status, isStaff: boolean): string {
  return (isStaff ? STAFF_STATUS : CUSTOMER_STATUS)[status] ?? status;
}

export function formatCount(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Return what a user who has to wait is told; rounded up, so that the time said is enough. */
export function formatWait(seconds: number): string {
  if (seconds <= 0) return "You can try again now.";
  const [count, one, many] =
    seconds <= 90 ? [Math.ceil(seconds), "second", "seconds"] : [Math.ceil(seconds / 60), "minute", "minutes"];
  return `You can try again in ${formatCount(count, one, many)}; what you wrote is kept.`;
}

/** Return a file's size as people say it, in thousands. */
export function formatSize(bytes: number): string {
  const units = ["bytes", "kB", "MB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
