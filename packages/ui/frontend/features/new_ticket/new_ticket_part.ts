/** What is loaded with the form of a new ticket. */
export { NewTicketView } from "./new_ticket.tsx";
