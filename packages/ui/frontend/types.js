// @ts-check
/**
 * What travels between server and page. Times are milliseconds since 1970 in UTC.
 *
 * @typedef {"new" | "open" | "waiting" | "snoozed" | "solved" | "closed"} Status
 * @typedef {"low" | "normal" | "high" | "urgent"} Priority
 * @typedef {"reply" | "note"} MessageKind
 * @typedef {"customer" | "agent" | "admin"} Role
 * @typedef {"draft.deleted" | "draft.saved" | "macro.deleted" | "macro.saved" | "project.updated" | "read.marked"
 *   | "reply.deleted" | "reply.saved" | "view.deleted" | "view.saved"
 *   | "ticket.created" | "ticket.updated" | "ticket.merged" | "ticket.split" | "ticket.shown" | "ticket.hidden"
 *   | "message.replied" | "message.noted" | "message.edited"
 *   | "user.deactivated" | "user.enrolled" | "user.reactivated" | "user.updated"} EventKind
 *
 * @typedef {object} User
 * @property {"user"} noun
 * @property {string} user_id
 * @property {string} name
 * @property {Role} role
 * @property {string | null} email  null for customers
 * @property {boolean} active
 * @property {boolean} shows_presence
 *
 * @typedef {object} Attachment  a file; width and height are pixels of a picture
 * @property {number} attachment_id
 * @property {string} name
 * @property {number} size
 * @property {string} type
 * @property {number | null} width
 * @property {number | null} height
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
 * @property {string[]} collaborators
 * @property {string | null} assignee
 * @property {string[]} followers
 * @property {number | null} snoozed_until
 * @property {number | null} first_response_due
 * @property {number | null} first_response_at
 * @property {number | null} solved_at
 * @property {number | null} merged_into
 * @property {number | null} split_from
 * @property {number} created_at
 * @property {number} updated_at
 * @property {number} message_count
 * @property {number} last_message_id
 * @property {Attachment[]} attachments
 *
 * @typedef {object} Message
 * @property {number} message_id
 * @property {number} ticket_id
 * @property {MessageKind} kind
 * @property {string} author
 * @property {string} author_name
 * @property {string} body
 * @property {number} created_at
 * @property {number | null} edited_at
 * @property {Attachment[]} attachments
 *
 * @typedef {object} Removed  something that we have no more
 * @property {"removed"} noun
 * @property {"draft" | "macro" | "reply" | "ticket" | "view"} of
 * @property {string} key
 *
 * @typedef {object} ReadMark  how far this person has read a ticket
 * @property {"read"} noun
 * @property {number} ticket_id
 * @property {number} message_id
 *
 * @typedef {object} DraftMark  one's own draft was saved, on this screen or another
 * @property {"draft"} noun
 * @property {number | null} ticket_id
 * @property {MessageKind} kind
 * @property {number} updated_at
 *
 * @typedef {object} CannedReply
 * @property {"reply"} noun
 * @property {number} reply_id
 * @property {string} name
 * @property {string} body
 * @property {string | null} owner  null for one that the team shares
 * @property {number} updated_at
 *
 * @typedef {object} Macro
 * @property {"macro"} noun
 * @property {number} macro_id
 * @property {string} name
 * @property {string | null} owner  null for one that the team shares
 *
 * @typedef {object} SavedView  a name for a filter
 * @property {"view"} noun
 * @property {number} view_id
 * @property {string} name
 * @property {string} filter
 * @property {string} owner
 * @property {boolean} shared
 *
 * @typedef {object} ProjectSettings
 * @property {"project"} noun
 * @property {string} name
 * @property {Partial<Record<Priority, number>>} first_response_minutes  empty for customers
 * @property {number} attachment_bytes
 * @property {number} attachments_per_message
 * @property {number | null} event_retention_days  null for customers
 * @property {number | null} backup_hours  null for customers
 * @property {number | null} backups_kept  null for customers
 *
 * @typedef {object} TicketEvent
 * @property {number} seq
 * @property {EventKind} kind
 * @property {Ticket | null} ticket
 * @property {Message | null} message
 * @property {CannedReply | DraftMark | Macro | ProjectSettings | ReadMark | Removed | SavedView | User | null} record
 *
 * @typedef {object} Configuration  what the server wrote into the page
 * @property {{id: string, name: string}[]} projects
 * @property {string | null} picker  the cookie of the demo user picker; null outside dev mode
 * @property {string | null} firstUser  who the page is before anybody was picked
 */

export {};
