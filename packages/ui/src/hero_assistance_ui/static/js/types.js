// @ts-check
/**
 * What travels between server and page. Times are milliseconds since 1970 in UTC.
 *
 * @typedef {"new" | "open" | "waiting" | "snoozed" | "solved" | "closed"} Status
 * @typedef {"low" | "normal" | "high" | "urgent"} Priority
 * @typedef {"reply" | "note"} MessageKind
 * @typedef {"customer" | "agent" | "admin"} Role
 * @typedef {"ticket.created" | "message.replied" | "message.noted"} EventKind
 *
 * @typedef {object} User
 * @property {string} user_id
 * @property {string} name
 * @property {Role} role
 *
 * @typedef {object} Ticket
 * @property {number} ticket_id
 * @property {string} title
 * @property {string} body
 * @property {Status} status
 * @property {Priority} priority
 * @property {string[]} tags
 * @property {string} customer
 * @property {string} customer_name
 * @property {number} created_at
 * @property {number} updated_at
 * @property {number} message_count
 *
 * @typedef {object} Message
 * @property {number} message_id
 * @property {number} ticket_id
 * @property {MessageKind} kind
 * @property {string} author
 * @property {string} author_name
 * @property {string} body
 * @property {number} created_at
 *
 * @typedef {object} TicketEvent
 * @property {number} seq
 * @property {EventKind} kind
 * @property {Ticket} ticket
 * @property {Message | null} message
 *
 * @typedef {object} Configuration  what the server wrote into the page
 * @property {{id: string, name: string}[]} projects
 * @property {string | null} picker  the cookie of the demo user picker; null outside dev mode
 * @property {string | null} firstUser  who the page is before anybody was picked
 */

export {};
