/**
 * Why a call is refused, in the words of its reader: the server says the kind, and what the sentence names.
 *
 * They are read when the first call is refused, and so no part of the first load.
 */
import { ApiError } from "../../api/errors.ts";
import { readFieldFaults } from "../../api/field_faults.ts";
import type { RefusalKind, Status } from "../../api/wire.ts";
import { t, tn } from "../../i18n/translate.ts";
import { formatSize, statusWord } from "../../i18n/words.ts";
import { faultWords } from "../settings/fault_words.ts";

/** What is refused, and what can be done about it. */
type Said = readonly [message: string, hint?: string];
/** The values by their names: as text, and as a number or a size. */
type Values = { text: (name: string) => string; count: (name: string) => number; size: (name: string) => string };

const ASK_ADMIN = () => t("Ask an admin of the desk.");
const ASK_TEAM = () => t("Ask the support team if you need it.");
const RELOAD = () => t("Load the page again; what you wrote is kept.");
const BEGIN_AGAIN = () => t("Begin again.");
const WRITE_A_NEW_ONE = () => t("File a new ticket; it can name the old one.");
const SEND_A_LINK = () => t("Send a link to it, or a smaller file.");
const DELETE_SOME = () => t("Delete one that is not needed any more.");

const WORDS: Record<RefusalKind, (values: Values) => Said> = {
  not_allowed: () => [t("You may not do this"), ASK_ADMIN()],
  admins_only: () => [t("Only admins can do this"), ASK_ADMIN()],
  team_only: () => [t("Only the support team can do this"), ASK_TEAM()],
  customer_only: () => [t("Only the customer of the ticket can do this"), t("Write it in a reply: the team can help.")],
  desk_machine_only: () => [
    t("This can be done on the machine of the desk alone"),
    t("Ask the people who run the desk."),
  ],
  page_only: () => [t("This works in a browser alone, on the page of the desk")],
  params_disagree: () => [t("This does not go together"), RELOAD()],
  calls_limit: () => [t("That was too often in a short time")],
  hourly_limit: ({ count }) => [
    tn(
      "This can be done {count} time an hour; nothing was stored",
      "This can be done {count} times an hour; nothing was stored",
      count("limit"),
    ),
  ],
  links_limit: () => [t("Enough mails were sent to this address; the last one still counts")],
  sign_ins_limit: () => [t("Too many have signed in from here within an hour")],
  codes_limit: () => [t("Too many codes were tried; the link of the mail still counts")],
  streams_limit: () => [t("The desk is open in too many places at once"), t("Close some of them.")],
  connections_limit: () => [t("The desk is open in too many places at once"), t("Close some of them.")],
  request_too_large: () => [t("This is too large"), t("Send less at a time.")],
  backup_too_soon: () => [t("The last backup was begun less than an hour ago")],
  no_ticket: ({ text }) => [t("Ticket {number} is not here, or not for you", { number: text("ticket") })],
  no_message: () => [t("This message is not here, or not for you")],
  ticket_closed: ({ text }) => [t("Ticket {number} is closed", { number: text("ticket") }), WRITE_A_NEW_ONE()],
  ticket_merged: ({ text }) => [
    t("Ticket {number} was merged into ticket {target}", { number: text("ticket"), target: text("into") }),
    t("Go on with ticket {number}.", { number: text("into") }),
  ],
  merged_away: ({ text }) => [
    t("The messages of ticket {number} are in ticket {target}", { number: text("ticket"), target: text("into") }),
    t("Delete ticket {number}, with which it goes; what should stay can be split off first.", { number: text("into") }),
  ],
  merge_into_itself: () => [t("A ticket cannot be merged into itself")],
  merge_other_people: () => [
    t("Other people see the one ticket than the other"),
    t("Invite them to both tickets first."),
  ],
  merge_into_done: ({ text }) => [
    t("Ticket {number} is solved or closed", { number: text("ticket") }),
    t("Reopen it with the merge, or choose a ticket that is open."),
  ],
  status_change: (values) =>
    values.text("status") === "closed"
      ? WORDS.ticket_closed(values)
      : [
          t("The status of ticket {number} cannot be set from “{status}” to “{wanted}”", {
            number: values.text("ticket"),
            status: statusWord(values.text("status") as Status, true),
            wanted: statusWord(values.text("wanted") as Status, true),
          }),
        ],
  snoozed_into_past: () => [t("This time is past"), t("Choose a later one.")],
  not_assignable: ({ text }) => [
    t("{user} is no active agent and can be assigned no ticket", { user: text("user") }),
    t("Choose somebody else."),
  ],
  not_the_author: () => [t("Only who wrote the message can do this")],
  edit_window_over: ({ count }) => [
    tn("A message can be changed for {count} minute", "A message can be changed for {count} minutes", count("minutes")),
    t("Write another one."),
  ],
  drafts_full: ({ count }) => [
    tn("You have {count} draft already", "You have {count} drafts already", count("count")),
    t("Send some of them, or delete them."),
  ],
  not_solved: ({ text }) => [
    t("Ticket {number} is not solved", { number: text("ticket") }),
    t("Rate the answer once it is."),
  ],
  rating_over: ({ count }) => [
    tn(
      "An answer can be rated for {count} day after its ticket was solved",
      "An answer can be rated for {count} days after its ticket was solved",
      count("days"),
    ),
  ],
  guest_of_team: ({ text }) => [t("{user} is of the team and sees every ticket", { user: text("user") })],
  guests_full: ({ count }) => [
    tn(
      "A ticket can be shared with {count} person at most",
      "A ticket can be shared with {count} people at most",
      count("limit"),
    ),
    t("Write it in a reply: the team can help."),
  ],
  not_invited: () => [
    t("You are not invited to this ticket with this address"),
    t("Ask who shared it with you to invite this address."),
  ],
  inviter_gone: () => [t("Who shared this ticket with you is no longer here"), t("File a ticket of your own.")],
  invitation_over: ({ count }) => [
    tn(
      "This invitation has ended: it counted for {count} day",
      "This invitation has ended: it counted for {count} days",
      count("days"),
    ),
    t("Ask who shared the ticket with you to invite you once more."),
  ],
  no_attachment: () => [t("This file is not here, or not for you")],
  no_upload: () => [t("This file is no longer here"), t("Attach it once more.")],
  file_too_large: ({ size }) => [t("A file can have at most {size}", { size: size("bytes") }), SEND_A_LINK()],
  files_per_text: ({ count }) => [
    tn("At most {count} file goes with one text", "At most {count} files go with one text", count("limit")),
    t("Send the others with another message."),
  ],
  uploads_full: ({ count }) => [
    tn(
      "{count} file of yours waits in a draft, and there can be no more",
      "{count} files of yours wait in drafts, and there can be no more",
      count("limit"),
    ),
    t("Send some of them, or take them away."),
  ],
  uploads_at_once: () => [t("Too many files are on their way at once"), t("Wait for one of them, then try again.")],
  own_files_full: ({ size }) => [
    t("Your files take {used} of the {size} that you may store here", { used: size("used"), size: size("bytes") }),
    SEND_A_LINK(),
  ],
  desk_files_full: ({ size }) => [
    t("The files of this desk take {used} of the {size} that they may", { used: size("used"), size: size("bytes") }),
    t("Send a link to it; an admin can allow more in the settings."),
  ],
  disk_full_for_files: () => [
    t("The support desk takes no files for now"),
    t("Write it in words, send a link, or try again later."),
  ],
  disk_full_for_texts: () => [
    t("The support desk takes no texts for now"),
    t("What you wrote is kept; try again later. What is there can be read."),
  ],
  disk_full_for_job: () => [
    t("There is not enough room on the disk of this desk"),
    t("Ask the people who run the desk."),
  ],
  no_canned_reply: () => [t("This canned reply is not here, or not for you")],
  no_macro: () => [t("This macro is not here, or not for you")],
  stored_texts_full: ({ count }) => [
    tn("There is {count} of them already", "There are {count} of them already", count("count")),
    DELETE_SOME(),
  ],
  text_too_long: () => [t("With everything filled in, the text is too long for a message"), t("Make it shorter.")],
  macro_empty: () => [t("This macro does nothing"), t("Give it at least one change.")],
  no_view: () => [t("This view is not here, or not for you")],
  views_full: ({ count }) => [
    tn("You can keep {count} view", "You can keep {count} views", count("limit")),
    DELETE_SOME(),
  ],
  view_of_admins: () => [t("Only admins change views that are shared"), t("Keep a view of your own.")],
  view_of_another: ({ text }) => [t("This view is of {user}", { user: text("user") })],
  no_tag: ({ text }) => [t("No ticket has the tag {tag}", { tag: text("tag") })],
  tag_unchanged: ({ text }) => [t("The tag is called {tag} already", { tag: text("tag") })],
  tag_colours_full: ({ count }) => [
    tn("At most {count} tag has a colour", "At most {count} tags have a colour", count("limit")),
    t("Take the colour of another one first."),
  ],
  no_user: ({ text }) => [t("There is no user {user}", { user: text("user") })],
  user_deactivated: ({ text }) => [
    t("{user} is deactivated", { user: text("user") }),
    t("An admin can reactivate them in the settings."),
  ],
  last_admin: ({ text }) => [
    t("{user} is the last admin", { user: text("user") }),
    t("Make somebody else an admin first."),
  ],
  last_login: ({ text }) => [
    t("{login} is the last name by which an admin comes in", { login: text("login") }),
    t("Add another one first."),
  ],
  login_taken: ({ text }) => [
    t("The login {login} is of {user}", { login: text("login"), user: text("user") }),
    t("Take it off them first."),
  ],
  erase_oneself: () => [t("You cannot erase yourself"), t("Ask another admin.")],
  has_open_tickets: ({ text }) => [
    t("{user} has open tickets", { user: text("user") }),
    t("Give them to somebody else first, or back to the team."),
  ],
  not_enrolled: ({ text }) => [
    t("{email} is not known to this desk", { email: text("email") }),
    t("Ask an admin to add you."),
  ],
  proof_wrong: () => [t("This link or code is wrong, used, or too old"), t("Ask for a new one.")],
  sign_in_over: () => [t("This sign-in has taken too long, or was begun elsewhere"), BEGIN_AGAIN()],
  not_on_overlay: () => [
    t("You do not come from the network of this desk"),
    t("Sign in at the page of the desk, or connect to its network."),
  ],
  passkey_refused: () => [t("This passkey was not accepted"), t("Try again, or sign in by mail.")],
  passkey_unknown: () => [t("This passkey is not known here"), t("It may have been removed; sign in by mail.")],
  passkey_known: () => [t("This passkey is known already"), t("Sign in with it.")],
  passkeys_full: ({ count }) => [
    tn("You have {count} passkey already", "You have {count} passkeys already", count("count")),
    t("Remove those of devices that are gone."),
  ],
  passkeys_need_tls: () => [
    t("Passkeys need an address of the page that begins with https:// and a name"),
    t("An admin sets it in the settings of the project."),
  ],
  no_provider: () => [t("Nobody can sign in this way now"), t("Sign in by mail.")],
  provider_refused: () => [t("The other service did not say who you are"), BEGIN_AGAIN()],
  provider_unverified: () => [
    t("The other service has not verified your e-mail address"),
    t("Verify it there, or sign in by mail."),
  ],
  provider_other_user: ({ text }) => [
    t("Another account of the other service signs in as {user}", { user: text("user") }),
    ASK_ADMIN(),
  ],
  page_address_unset: () => [
    t("The desk does not know the address of its page"),
    t("An admin sets it in the settings of the project."),
  ],
  quiet_hours_half: () => [t("Quiet hours have a beginning and an end")],
  backups_of_database: () => [
    t("This desk is in PostgreSQL, which has backups of its own"),
    t("Ask the people who run the desk."),
  ],
  no_mail: () => [t("This mail is not here, or not for you")],
  mail_filed: ({ text }) => [t("This mail is on ticket {number} already", { number: text("ticket") })],
  mail_deleted: () => [t("This mail is deleted"), t("Its sender can send it once more.")],
  mail_without_html: () => [t("This mail cannot be shown as it was sent"), t("Read the text of its message.")],
  mail_address_unusable: ({ text }) => [t("No mail can be sent to {address}", { address: text("address") })],
  no_delivery: () => [t("This letter or call is no longer here")],
  no_webhook: () => [t("This webhook is no longer here")],
  webhooks_full: ({ count }) => [
    tn("There is {count} webhook already", "There are {count} webhooks already", count("limit")),
    DELETE_SOME(),
  ],
  webhook_disabled: () => [t("This webhook is switched off"), t("Switch it on first.")],
  webhook_other_event: () => [t("This webhook is not sent such events"), t("Choose them in its settings.")],
  no_event: () => [t("This event is no longer stored")],
};

/**
 * Return a refusal in the words of the page: by its kind, else by the kinds of what is wrong with the fields. It is as it
 * was where the page has no words for it, as for a kind of a later release.
 */
export function sayRefusal(problem: ApiError): ApiError {
  const { kind, values } = problem.data;
  if (typeof kind === "string" && Object.hasOwn(WORDS, kind)) {
    const [message, hint = ""] = WORDS[kind as RefusalKind](readValues(values));
    return inWords(problem, message, hint);
  }
  const faults = readFieldFaults(problem.data).map((fault) => faultWords(fault));
  return faults.length === 0 ? problem : inWords(problem, faults.join(" "));
}

function inWords({ code, reason, data }: ApiError, message: string, hint = ""): ApiError {
  const { retry_after: retryAfter } = data;
  return new ApiError(message, { code, reason, hint, data, ...(typeof retryAfter === "number" && { retryAfter }) });
}

/** A value that another project leaves out, or that is none, is empty or nought, and no word of another object. */
function readValues(values: unknown): Values {
  const found = new Map<string, unknown>(Object.entries(values ?? {}));
  const text = (name: string) => {
    const value = found.get(name);
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const count = (name: string) => Number(text(name)) || 0;
  return { text, count, size: (name) => formatSize(count(name)) };
}
