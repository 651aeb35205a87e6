/** The words of a thread. */

export const MAIL_WORDS = {
  from: "By mail from",
  noSender: "nobody that it names",
  notProved: "Its sender could not be proved:",
  bounce: "A letter did not arrive",
  asSent: "Show as sent",
  asText: "Show as text",
  frame: "Mail as it was sent, from",
  load: "Load pictures from the web",
  loadHint: "Its sender can then tell that it is read.",
};
