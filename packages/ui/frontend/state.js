// @ts-check
/**
 * What a project's page knows, and how it changes: snapshot + events = fresh snapshot.
 *
 * Everything here is a pure function of its arguments. Whatever is known carries the sequence number that it was
 * taken at, so an event that it already holds is never applied again, in whatever order answers arrive.
 *
 * @typedef {import("./types.js").Ticket} Ticket
 * @typedef {import("./types.js").Message} Message
 * @typedef {import("./types.js").TicketEvent} TicketEvent
 * @typedef {{ticket: Ticket, seq: number}} Entry
 * @typedef {ReadonlyMap<number, Entry>} Tickets
 * @typedef {ReadonlyMap<number, Message>} Messages
 */

/**
 * The tickets known, after a list (or one ticket) was fetched at `seq`.
 * @param {Tickets} known
 * @param {Ticket[]} fetched
 * @param {number} seq
 * @returns {Tickets}
 */
export function withTickets(known, fetched, seq) {
  const tickets = new Map(known);
  for (const ticket of fetched) {
    const entry = tickets.get(ticket.ticket_id);
    if (entry === undefined || entry.seq <= seq) tickets.set(ticket.ticket_id, { ticket, seq });
  }
  return tickets;
}

/**
 * The tickets known, after one of them is no more to be seen.
 * @param {Tickets} known
 * @param {number} ticketId
 * @returns {Tickets}
 */
export function withoutTicket(known, ticketId) {
  const tickets = new Map(known);
  tickets.delete(ticketId);
  return tickets;
}

/**
 * The messages of a thread, after some were fetched or arrived; of a message the last edit stands.
 * @param {Messages} known
 * @param {Message[]} added
 * @returns {Messages}
 */
export function withMessages(known, added) {
  const messages = new Map(known);
  for (const message of added) {
    const known = messages.get(message.message_id);
    if (known === undefined || (known.edited_at ?? 0) <= (message.edited_at ?? 0)) {
      messages.set(message.message_id, message);
    }
  }
  return messages;
}

/**
 * The list as it is shown: newest activity first.
 * @param {Tickets} tickets
 * @returns {Ticket[]}
 */
export function byActivity(tickets) {
  return Array.from(tickets.values(), (entry) => entry.ticket).sort(
    (one, other) => other.updated_at - one.updated_at || other.ticket_id - one.ticket_id,
  );
}

/**
 * The thread as it is shown: oldest first.
 * @param {Messages} messages
 * @returns {Message[]}
 */
export function inOrder(messages) {
  return Array.from(messages.values()).sort((one, other) => one.message_id - other.message_id);
}
