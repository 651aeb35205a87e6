// @ts-check
/** The words of the page for what the server calls by one word. */

/**
 * @typedef {import("./types.js").Status} Status
 * @typedef {import("./types.js").Priority} Priority
 * @typedef {import("./types.js").Role} Role
 */

/** @type {Record<Status, string>} */
const STAFF_STATUS = {
  new: "New",
  open: "Open",
  waiting: "Waiting on customer",
  snoozed: "Snoozed",
  solved: "Solved",
  closed: "Closed",
};

/** @type {Record<Status, string>} */
const CUSTOMER_STATUS = {
  new: "Received",
  open: "With support",
  waiting: "Answered",
  snoozed: "With support",
  solved: "Solved",
  closed: "Closed",
};

/** @type {Record<Priority, string>} */
export const PRIORITY = { low: "Low", normal: "Normal", high: "High", urgent: "Urgent" };

/** @type {Record<Role, string>} */
export const ROLE = { customer: "Customer", agent: "Agent", admin: "Admin" };

/**
 * @param {Status} status
 * @param {boolean} isStaff
 */
export function statusWord(status, isStaff) {
  return (isStaff ? STAFF_STATUS : CUSTOMER_STATUS)[status] ?? status;
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} many
 */
export function counted(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * A file's size as people say it, in thousands.
 * @param {number} bytes
 */
export function sized(bytes) {
  const units = ["bytes", "kB", "MB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
