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
