// Made by `python -m scripts.build.docs.wire_types` from the server's OpenRPC document; change the server, not this file.
// docs/wire.md has the words for each. Times are milliseconds since 1970 in UTC.

export type AnswerPage = {
  answers: Array<WebhookAnswer>;
  next_before: number | null;
};

export type Attachment = {
  attachment_id: number;
  name: string;
  size: number;
  type: string;
  width: number | null;
  height: number | null;
};

export type AuditEntry = {
  audit_id: number;
  at: number;
  actor: string | null;
  origin: string;
  action: string;
  ticket_id: number | null;
  message_id: number | null;
  detail: { [key in string]?: string };
};

export type AuditPage = {
  entries: Array<AuditEntry>;
  next_before: number | null;
};

export type AuthMode = "hero" | "dev";

export type BackupState = {
  running: boolean;
  done: number;
  total: number;
  last: string | null;
  last_bytes: number | null;
  last_at: number | null;
  failure: string | null;
  kept: Array<KeptBackup>;
};

export type BoundLogin = {
  login: string;
  user_id: string;
  bound_at: number;
};

export type CannedReply = {
  noun: "canned_reply";
  canned_reply_id: number;
  name: string;
  body: string;
  owner: string | null;
  updated_at: number;
};

export type CannedReplyList = {
  canned_replies: Array<CannedReply>;
  next_cursor: string | null;
  seq: number;
};

export type ChangeOfTicket = {
  change_id: number;
  at: number;
  actor: string | null;
  action: string;
  fields: Array<ChangedField>;
  source: number | null;
  target: number | null;
};

export type ChangedField = {
  name: string;
  before: string | null;
  after: string;
};

export type ChannelCount = {
  channel: string;
  state: DeliveryState;
  count: number;
  oldest_at: number;
};

export type ColouredTag = {
  tag: string;
  colour: TagColour | null;
};

export type Connected = {
  connection: string;
  presence: Array<TicketPresence>;
  ping_s: number;
};

export type Counts = {
  counts: { [key in string]?: number };
};

export type Customers = {
  users: Array<User>;
};

export type Deactivated = {
  user: User;
  open_tickets: Array<number>;
  macros: Array<number>;
};

export type Deleted = {
  view_id: number;
};

export type DeletedTicket = {
  ticket_ids: Array<number>;
  messages: number;
  files: number;
  bytes: number;
  mails: number;
  is_deleted: boolean;
};

export type DeliveredMail = {
  mail_id: number | null;
};

export type DeliveryList = {
  deliveries: Array<OutboxDelivery>;
  next_cursor: string | null;
};

export type DeliveryState = "waiting" | "done" | "dead" | "dropped";

export type Device = {
  address: string;
  name: string;
  bound_at: number;
  last_seen_at: number | null;
  bound_by: "address" | "key";
  is_current: boolean;
};

export type DeviceList = {
  devices: Array<Device>;
  next_cursor: string | null;
};

export type Draft = {
  ticket_id: number | null;
  kind: MessageKind;
  title: string;
  body: string;
  attachments: Array<Attachment>;
  client_token: string | null;
  updated_at: number;
};

export type DraftList = {
  drafts: Array<Draft>;
  next_cursor: string | null;
  seq: number;
};

export type DraftMark = {
  noun: "draft";
  ticket_id: number | null;
  kind: MessageKind;
  updated_at: number;
};

export type ErasedUser = {
  tickets: number;
  messages: number;
  files: number;
  drafts: number;
  sign_ins: number;
  letters: number;
  mails: number;
  erased_as: string | null;
};

export type Event = {
  seq: number;
  kind: EventKind;
  ticket: Ticket | null;
  message: Message | null;
  record: CannedReply | DraftMark | Macro | Project | Rating | ReadMark | Removed | SavedView | User | ViewOrder | null;
};

export type EventList = {
  events: Array<Event>;
  seq: number;
  reset: boolean;
};

export type ExportState = {
  running: boolean;
  done: number;
  total: number;
  folder: string | null;
  made_at: number | null;
  failure: string | null;
};

export type Failure = {
  code: number;
  reason: string;
  message: string;
  hint: string | null;
  kind: string | null;
  values: { [key in string]?: string | number };
};

export type Figure = "created" | "first_response" | "solved" | "backlog";

export type FigureTickets = {
  tickets: Array<TicketSummary>;
  next_after: number | null;
};

export type FilePolicy = "keep" | "delete";

export type FoundPage = {
  found: Array<FoundTicket>;
  next_before: number | null;
  ignored: Array<string>;
  missing: number;
  seq: number;
};

export type FoundTicket = {
  ticket: ListedTicket;
  place: "title" | "tag" | "person" | "body" | "reply" | "note";
  message_id: number | null;
  snippet: Array<Segment>;
};

export type Health = {
  status: HealthStatus;
  conditions: Array<HealthCondition>;
  service: string;
  version: string;
  release: string;
  auth_mode: AuthMode;
  tcp: string | null;
  tcp_error: ListenerError | null;
  seq: number;
  has_admin: boolean;
};

export type HealthCondition = {
  name: string;
  message: string;
  hint: string;
};

export type HealthStatus = "ok" | "degraded";

export type InboxPage = {
  mails: Array<IncomingMailRecord>;
  next_before: number | null;
  counts: IncomingMailCounts;
};

export type IncomingMailCounts = {
  received: number;
  filed: number;
  ignored: number;
  quarantined: number;
};

export type IncomingMailRecord = {
  mail_id: number;
  source: string;
  received_at: number;
  size: number;
  state: MailState;
  reason: string;
  reason_kind: QuarantineKind | null;
  reason_values: { [key in string]?: string };
  sender: string | null;
  subject: string;
  ticket_id: number | null;
  message_id: number | null;
};

export type Invitation = {
  ticket_id: number;
  invited_by: string;
  invited_at: number;
};

export type Invitations = {
  invitations: Array<Invitation>;
};

export type KeptBackup = {
  name: string;
  size: number;
  made_at: number;
};

export type LastMessage = {
  author: string;
  kind: MessageKind;
  excerpt: string;
};

export type Lease = {
  lease_ms: number;
};

export type Level = "viewing" | "writing";

export type ListedTicket = {
  ticket_id: number;
  title: string;
  excerpt: string;
  status: Status;
  priority: Priority;
  tags: Array<string>;
  customer: string;
  customer_name: string;
  collaborators: Array<string>;
  assignee: string | null;
  assignee_name: string | null;
  followers: Array<string>;
  snoozed_until: number | null;
  first_response_due: number | null;
  first_response_at: number | null;
  solved_at: number | null;
  merged_into: number | null;
  split_from: number | null;
  created_at: number;
  updated_at: number;
  message_count: number;
  last_message_id: number;
  last_message: LastMessage | null;
  unread: number | null;
};

export type ListenerError = {
  address: string | null;
  message: string;
  hint: string | null;
};

export type LoginPage = {
  logins: Array<BoundLogin>;
  next_after: string | null;
};

export type Macro = {
  noun: "macro";
  macro_id: number;
  name: string;
  owner: string | null;
  status: Status | null;
  snooze_minutes: number | null;
  priority: Priority | null;
  assign: "me" | "nobody" | null;
  assignee: string | null;
  add_tags: Array<string>;
  remove_tags: Array<string>;
  follow: boolean;
  note: string | null;
  reply: string | null;
  updated_at: number;
};

export type MacroList = {
  macros: Array<Macro>;
  next_cursor: string | null;
  seq: number;
};

export type MacroPreview = {
  ticket: TicketSummary;
  note: string | null;
  reply: string | null;
};

export type MailHtml = {
  html: string;
  web_pictures: number;
};

export type MailState = "received" | "filed" | "ignored" | "quarantined";

export type MailStatus = {
  way: MailWay;
  server: string | null;
  sender: string;
  takes_answers: boolean;
  has_links: boolean;
  fault: string | null;
  hint: string | null;
};

export type MailWay = "smtp" | "folder" | "held" | "unknown";

export type Mentionable = {
  users: Array<User>;
};

export type Message = {
  message_id: number;
  ticket_id: number;
  kind: MessageKind;
  author: string;
  author_name: string;
  body: string;
  created_at: number;
  edited_at: number | null;
  attachments: Array<Attachment>;
};

export type MessageHistory = {
  versions: Array<MessageVersion>;
  next_cursor: string | null;
};

export type MessageKind = "reply" | "note";

export type MessageVersion = {
  body: string;
  until: number;
};

export type NotificationSettings = {
  email: string | null;
  replies: boolean;
  answers: boolean;
  assignments: boolean;
  mentions: boolean;
  new_tickets: boolean;
  new_ticket_tags: Array<string>;
  quiet_from: string | null;
  quiet_until: string | null;
  time_zone: string | null;
};

export type Occupied = {
  tickets: Array<TicketPresence>;
};

export type OidcStart = {
  url: string;
  cookie: string;
};

export type Options = {
  options: string;
};

export type Order = "activity" | "id" | "first_response_due";

export type Ordered = {
  view_ids: Array<number>;
};

export type OutboxCounts = {
  counts: Array<ChannelCount>;
  pruned: Array<PrunedDeliveries>;
};

export type OutboxDelivery = {
  delivery_id: number;
  channel: string;
  target: string;
  summary: string;
  state: DeliveryState;
  attempts: number;
  in_flight: boolean;
  created_at: number;
  due_at: number;
  finished_at: number | null;
  note: string;
};

export type Overview = {
  created: number;
  first_response: Took;
  solved: Took;
  backlog_before: number;
  backlog_after: number;
  ratings: Ratings;
};

export type Passkey = {
  passkey_id: string;
  name: string;
  created_at: number;
  last_used_at: number | null;
};

export type PasskeyList = {
  passkeys: Array<Passkey>;
};

export type PresenceChange = {
  ticket_id: number;
  user_id: string;
  name: string;
  role: Role;
  level: Level | null;
};

export type Present = {
  user_id: string;
  name: string;
  role: Role;
  level: Level;
};

export type Priority = "low" | "normal" | "high" | "urgent";

export type Project = {
  noun: "project";
  name: string;
  first_response_minutes: { [key in Priority]?: number };
  attachment_bytes: number;
  attachments_per_message: number;
  files_bytes_per_customer: number | null;
  files_bytes: number | null;
  event_retention_days: number | null;
  backup_hours: number | null;
  backups_kept: number | null;
  page_address: string;
  enrol_newcomers: boolean | null;
  mail_newcomers: boolean | null;
  mail_servers: Array<string> | null;
  share_tags: boolean;
  share_assignee: boolean;
  open_hours: { [key in string]?: Array<string> } | null;
  time_zone: string | null;
  holidays: Array<string> | null;
  tag_colours: { [key in string]?: TagColour } | null;
  language: string;
};

export type ProjectInfo = {
  name: string;
  page_address: string;
  sign_in: SignInWays;
};

export type ProjectProof = {
  project_id: string;
  key: string;
  signature: string;
};

export type PrunedDeliveries = {
  channel: string;
  state: DeliveryState;
  count: number;
  last_at: number;
};

export type QuarantineKind = "no_sender" | "sender_rate" | "customer_rate" | "newcomer_rate" | "domain_rate" | "unproved_rate" | "unproved_rate_of_ticket" | "report_rate" | "report_rate_of_ticket" | "attempts" | "no_bytes" | "defect";

export type QueuedMessage = {
  message_id: string;
};

export type Rating = {
  noun: "rating";
  ticket_id: number;
  solved_at: number;
  user_id: string;
  score: Score;
  comment: string;
  agent: string | null;
  rated_at: number;
};

export type RatingPage = {
  ratings: Array<Rating>;
  next_cursor: string | null;
};

export type Ratings = {
  good: number;
  bad: number;
};

export type Read = {
  ticket_id: number;
  message_id: number;
  unread: number;
  opened: boolean;
};

export type ReadList = {
  reads: Array<Read>;
  unread_tickets: number;
  unread_messages: number;
  seq: number;
};

export type ReadMail = {
  mail: IncomingMailRecord;
  raw: string | null;
  is_cut: boolean;
};

export type ReadMark = {
  noun: "read";
  ticket_id: number;
  message_id: number;
};

export type Reader = {
  user_id: string;
  message_id: number;
  at: number;
};

export type Readers = {
  readers: Array<Reader>;
  next_cursor: string | null;
};

export type Redeemed = {
  user: User;
  session: string | null;
  expires_at: number | null;
};

export type Removed = {
  noun: "removed";
  of: "canned_reply" | "draft" | "macro" | "ticket" | "view";
  key: string;
};

export type Renamed = {
  tickets: number;
};

export type Rendered = {
  body: string;
};

export type Reset = {
  seq: number;
};

export type Results = {
  results: Array<TicketResult>;
};

export type Role = "customer" | "agent" | "admin";

export type SavedCount = {
  view: SavedView;
  count: number;
  or_more: boolean;
};

export type SavedView = {
  noun: "view";
  view_id: number;
  name: string;
  filter: string;
  owner: string;
  shared: boolean;
};

export type Score = "good" | "bad";

export type Segment = {
  text: string;
  match: boolean;
};

export type SentTest = {
  delivery_id: number;
  status: MailStatus;
};

export type Session = {
  session_id: string;
  device_name: string;
  method: SignInMethod;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  is_current: boolean;
};

export type SessionList = {
  sessions: Array<Session>;
  next_cursor: string | null;
};

export type SignInMethod = "link" | "code" | "passkey" | "oidc";

export type SignInWays = {
  link: boolean;
  passkey: boolean;
  oidc: Array<string>;
};

export type StatsDay = {
  start: number;
  created: number;
  first_response: number;
  solved: number;
  backlog: number;
  first_response_median_ms: number | null;
  solved_median_ms: number | null;
};

export type StatsDays = {
  days: Array<StatsDay>;
};

export type StatsRow = {
  name: string;
  created: number;
  first_response: Took;
  solved: Took;
  ratings: Ratings;
};

export type StatsRows = {
  rows: Array<StatsRow>;
};

export type Status = "new" | "open" | "waiting" | "snoozed" | "solved" | "closed";

export type TagColour = "red" | "orange" | "yellow" | "green" | "teal" | "blue" | "purple" | "pink";

export type TagCount = {
  tag: string;
  tickets: number;
  active: number;
};

export type TagList = {
  tags: Array<TagCount>;
  next_after: string | null;
  seq: number;
};

export type Thread = {
  messages: Array<Message>;
  next_cursor: string | null;
  seq: number;
};

export type Ticket = {
  ticket_id: number;
  title: string;
  excerpt: string;
  status: Status;
  priority: Priority;
  tags: Array<string>;
  customer: string;
  customer_name: string;
  collaborators: Array<string>;
  assignee: string | null;
  assignee_name: string | null;
  followers: Array<string>;
  snoozed_until: number | null;
  first_response_due: number | null;
  first_response_at: number | null;
  solved_at: number | null;
  merged_into: number | null;
  split_from: number | null;
  created_at: number;
  updated_at: number;
  message_count: number;
  last_message_id: number;
  last_message: LastMessage | null;
  body: string;
  attachments: Array<Attachment>;
};

export type TicketHistory = {
  changes: Array<ChangeOfTicket>;
  names: { [key in string]?: string };
  next_cursor: string | null;
};

export type TicketMail = {
  mail_id: number;
  message_id: number | null;
  sender: string | null;
  subject: string;
  received_at: number;
  warning: string;
  warning_kind: UnprovedKind | null;
  is_bounce: boolean;
  has_html: boolean;
};

export type TicketMailList = {
  mails: Array<TicketMail>;
};

export type TicketPage = {
  tickets: Array<ListedTicket>;
  next_cursor: string | null;
  seq: number;
};

export type TicketPeople = {
  customer: User;
  customer_since: number | null;
  collaborators: Array<User>;
  followers: Array<User>;
  invited: Array<string>;
};

export type TicketPresence = {
  ticket_id: number;
  people: Array<Present>;
};

export type TicketRatings = {
  ratings: Array<Rating>;
};

export type TicketResult = {
  ticket_id: number;
  ticket: TicketSummary | null;
  error: Failure | null;
};

export type TicketSummary = {
  ticket_id: number;
  title: string;
  excerpt: string;
  status: Status;
  priority: Priority;
  tags: Array<string>;
  customer: string;
  customer_name: string;
  collaborators: Array<string>;
  assignee: string | null;
  assignee_name: string | null;
  followers: Array<string>;
  snoozed_until: number | null;
  first_response_due: number | null;
  first_response_at: number | null;
  solved_at: number | null;
  merged_into: number | null;
  split_from: number | null;
  created_at: number;
  updated_at: number;
  message_count: number;
  last_message_id: number;
  last_message: LastMessage | null;
};

export type Took = {
  count: number;
  median_ms: number | null;
  p90_ms: number | null;
};

export type UnprovedKind = "forged" | "unknown_sender" | "deactivated" | "agent_unproved" | "customer_unproved";

export type UpdatedUser = {
  noun: "user";
  user_id: string;
  name: string;
  role: Role;
  email: string | null;
  active: boolean;
  shows_presence: boolean;
  signature: string | null;
  language: string | null;
  time_zone: string | null;
  open_tickets: Array<number>;
  macros: Array<number>;
};

export type Uploads = {
  attachments: Array<Attachment>;
  next_cursor: string | null;
  most_bytes: number;
  most_at_once: number;
  stored_bytes: number;
  most_stored_bytes: number | null;
};

export type User = {
  noun: "user";
  user_id: string;
  name: string;
  role: Role;
  email: string | null;
  active: boolean;
  shows_presence: boolean;
  signature: string | null;
  language: string | null;
  time_zone: string | null;
};

export type UserAccess = {
  user: User;
  link: string | null;
  expires_at: number;
  code: string | null;
  code_expires_at: number | null;
  mailed: boolean;
};

export type UserList = {
  users: Array<User>;
  next_cursor: string | null;
};

export type ViewCount = {
  name: string;
  count: number;
};

export type ViewList = {
  views: Array<ViewCount>;
  saved: Array<SavedCount>;
  next_cursor: string | null;
  seq: number;
};

export type ViewOrder = {
  noun: "view_order";
  view_ids: Array<number>;
};

export type Webhook = {
  webhook_id: number;
  url: string;
  description: string;
  kinds: Array<string>;
  with_notes: boolean;
  state: WebhookState;
  disabled_because: string;
  obstacle: string;
  failing_since: number | null;
  created_at: number;
  created_by: string | null;
};

export type WebhookAnswer = {
  answer_id: number;
  message_id: string;
  kind: string;
  seq: number;
  at: number;
  duration_ms: number;
  status: number | null;
  error: string;
  excerpt: string;
};

export type WebhookList = {
  webhooks: Array<Webhook>;
};

export type WebhookSecret = {
  webhook: Webhook;
  secret: string;
};

export type WebhookState = "active" | "failing" | "disabled";

export type Withdrawn = {
  ticket_id: number;
};

export const EVENT_KINDS = [
  "canned_reply.deleted",
  "canned_reply.saved",
  "draft.deleted",
  "draft.saved",
  "macro.deleted",
  "macro.saved",
  "message.edited",
  "message.noted",
  "message.replied",
  "project.updated",
  "rating.saved",
  "read.marked",
  "ticket.created",
  "ticket.deleted",
  "ticket.hidden",
  "ticket.merged",
  "ticket.shown",
  "ticket.split",
  "ticket.updated",
  "user.deactivated",
  "user.enrolled",
  "user.erased",
  "user.reactivated",
  "user.updated",
  "view.deleted",
  "view.ordered",
  "view.saved",
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

/** After one of these the thread of the event's ticket has other messages than the event says. */
export const THREAD_CHANGED: ReadonlySet<EventKind> = new Set(["ticket.merged", "ticket.shown", "ticket.split"]);

/** The code of each error, by its reason. */
export const ERROR_CODES = {
  "another-user": -32015,
  "answer-too-large": -32020,
  "batch-full": -32021,
  "conflict": -32004,
  "deactivated": -32003,
  "draft-moved": -32014,
  "forbidden": -32002,
  "internal-error": -32603,
  "invalid-params": -32602,
  "invalid-request": -32600,
  "method-not-found": -32601,
  "not-found": -32001,
  "parse-error": -32700,
  "protocol-violation": -32010,
  "quota-full": -32013,
  "thread-moved": -32004,
  "too-large": -32005,
  "too-many": -32008,
  "too-often": -32012,
  "too-slow": -32009,
  "unauthenticated": -32003,
  "unavailable": -32007,
  "unreachable": -32006,
} as const;

/** What is wrong with a param. */
export type FaultKind = "missing" | "unknown" | "invalid" | "not_integer" | "not_number" | "not_one_of" | "too_small" | "too_large" | "too_short" | "too_long" | "too_many_bytes" | "too_few" | "too_many" | "blank" | "character" | "taken" | "empty_message" | "code" | "email" | "login" | "language" | "time_zone" | "day" | "time_of_day" | "shift_order" | "shifts_overlap" | "mail_server" | "page_address" | "url" | "url_scheme" | "url_host" | "url_port" | "url_user" | "url_fragment" | "event_kind" | "placeholder" | "filter_terms" | "filter_star" | "filter_quote" | "filter_empty_quote" | "filter_unfinished" | "filter_value" | "filter_text";

/** Why a call is refused. */
export type RefusalKind = "not_allowed" | "admins_only" | "team_only" | "customer_only" | "desk_machine_only" | "page_only" | "params_disagree" | "calls_limit" | "hourly_limit" | "links_limit" | "sign_ins_limit" | "codes_limit" | "streams_limit" | "connections_limit" | "request_too_large" | "backup_too_soon" | "no_ticket" | "no_message" | "ticket_closed" | "ticket_merged" | "merged_away" | "merge_into_itself" | "merge_other_people" | "merge_into_done" | "status_change" | "snoozed_into_past" | "not_assignable" | "not_the_author" | "edit_window_over" | "drafts_full" | "not_solved" | "rating_over" | "guest_of_team" | "guests_full" | "not_invited" | "inviter_gone" | "invitation_over" | "no_attachment" | "no_upload" | "file_too_large" | "files_per_text" | "uploads_full" | "uploads_at_once" | "own_files_full" | "desk_files_full" | "disk_full_for_files" | "disk_full_for_texts" | "disk_full_for_job" | "no_canned_reply" | "no_macro" | "stored_texts_full" | "text_too_long" | "macro_empty" | "no_view" | "views_full" | "view_of_admins" | "view_of_another" | "no_tag" | "tag_unchanged" | "tag_colours_full" | "no_user" | "user_deactivated" | "last_admin" | "last_login" | "login_taken" | "erase_oneself" | "has_open_tickets" | "not_enrolled" | "proof_wrong" | "sign_in_over" | "not_on_overlay" | "passkey_refused" | "passkey_unknown" | "passkey_known" | "passkeys_full" | "passkeys_need_tls" | "no_provider" | "provider_refused" | "provider_unverified" | "provider_other_user" | "page_address_unset" | "quiet_hours_half" | "backups_of_database" | "no_mail" | "mail_filed" | "mail_deleted" | "mail_without_html" | "mail_address_unusable" | "no_delivery" | "no_webhook" | "webhooks_full" | "webhook_disabled" | "webhook_other_event" | "no_event";

export type Methods = {
  "attachment.delete": {
    params: {
      attachment_id: number;
    };
    result: Attachment;
  };
  "attachment.get": {
    params: {
      attachment_id: number;
    };
    result: Attachment;
  };
  "attachment.list": {
    params: {
      cursor?: string | null;
      limit?: number;
    };
    result: Uploads;
  };
  "audit.list": {
    params: {
      ticket_id?: number | null;
      actor?: string | null;
      action?: string | null;
      before?: number;
      limit?: number;
    };
    result: AuditPage;
  };
  "auth.oidc_finish": {
    params: {
      code: string;
      state: string;
      cookie: string;
      device_name?: string;
    };
    result: Redeemed;
  };
  "auth.oidc_start": {
    params: Record<string, never>;
    result: OidcStart;
  };
  "auth.passkey_finish": {
    params: {
      credential: string;
      device_name?: string;
    };
    result: Redeemed;
  };
  "auth.passkey_register_finish": {
    params: {
      credential: string;
      name?: string;
    };
    result: Passkey;
  };
  "auth.passkey_register_start": {
    params: Record<string, never>;
    result: Options;
  };
  "auth.passkey_remove": {
    params: {
      passkey_id: string;
    };
    result: boolean;
  };
  "auth.passkey_start": {
    params: Record<string, never>;
    result: Options;
  };
  "auth.passkeys": {
    params: {
      user_id?: string | null;
    };
    result: PasskeyList;
  };
  "auth.redeem": {
    params: {
      token?: string | null;
      email?: string | null;
      code?: string | null;
      device_name?: string;
    };
    result: Redeemed;
  };
  "auth.request_link": {
    params: {
      email: string;
      language?: string | null;
    };
    result: boolean;
  };
  "auth.revoke_session": {
    params: {
      session_id: string;
    };
    result: boolean;
  };
  "auth.sessions": {
    params: {
      cursor?: string | null;
      limit?: number;
      user_id?: string | null;
    };
    result: SessionList;
  };
  "auth.sign_out": {
    params: Record<string, never>;
    result: boolean;
  };
  "canned_reply.delete": {
    params: {
      canned_reply_id: number;
    };
    result: null;
  };
  "canned_reply.list": {
    params: {
      cursor?: string | null;
      limit?: number;
    };
    result: CannedReplyList;
  };
  "canned_reply.render": {
    params: {
      ticket_id: number;
      canned_reply_id: number;
    };
    result: Rendered;
  };
  "canned_reply.save": {
    params: {
      name: string;
      body: string;
      shared?: boolean;
      canned_reply_id?: number | null;
    };
    result: CannedReply;
  };
  "draft.delete": {
    params: {
      ticket_id: number | null;
      kind?: MessageKind;
      based_on?: number | null;
    };
    result: boolean;
  };
  "draft.get": {
    params: {
      ticket_id: number | null;
      kind?: MessageKind;
    };
    result: Draft | null;
  };
  "draft.list": {
    params: {
      cursor?: string | null;
      limit?: number;
    };
    result: DraftList;
  };
  "draft.save": {
    params: {
      ticket_id: number | null;
      kind?: MessageKind;
      title?: string;
      body: string;
      attachments?: Array<number>;
      client_token?: string | null;
      based_on?: number | null;
    };
    result: Draft;
  };
  "event.list": {
    params: {
      since: number;
      limit?: number;
    };
    result: EventList;
  };
  "export.create": {
    params: Record<string, never>;
    result: ExportState;
  };
  "export.get": {
    params: Record<string, never>;
    result: ExportState;
  };
  "macro.delete": {
    params: {
      macro_id: number;
    };
    result: null;
  };
  "macro.list": {
    params: {
      cursor?: string | null;
      limit?: number;
    };
    result: MacroList;
  };
  "macro.preview": {
    params: {
      ticket_id: number;
      macro_id: number;
    };
    result: MacroPreview;
  };
  "macro.run": {
    params: {
      ticket_ids: Array<number>;
      macro_id: number;
      client_token?: string | null;
    };
    result: Results;
  };
  "macro.save": {
    params: {
      name: string;
      status?: Status | null;
      snooze_minutes?: number | null;
      priority?: Priority | null;
      assign?: "me" | "nobody" | null;
      assignee?: string | null;
      add_tags?: Array<string>;
      remove_tags?: Array<string>;
      follow?: boolean;
      note?: string | null;
      reply?: string | null;
      shared?: boolean;
      macro_id?: number | null;
    };
    result: Macro;
  };
  "mail.deliver": {
    params: {
      text: string;
    };
    result: DeliveredMail;
  };
  "mail.discard": {
    params: {
      mail_id: number;
    };
    result: IncomingMailRecord;
  };
  "mail.discard_quarantined": {
    params: {
      before?: number | null;
    };
    result: number;
  };
  "mail.html": {
    params: {
      mail_id: number;
      loads_pictures?: boolean;
    };
    result: MailHtml;
  };
  "mail.inbox": {
    params: {
      state?: MailState | null;
      before?: number;
      limit?: number;
    };
    result: InboxPage;
  };
  "mail.of_ticket": {
    params: {
      ticket_id: number;
    };
    result: TicketMailList;
  };
  "mail.read": {
    params: {
      mail_id: number;
    };
    result: ReadMail;
  };
  "mail.refile": {
    params: {
      mail_id: number;
    };
    result: IncomingMailRecord;
  };
  "mail.refile_quarantined": {
    params: Record<string, never>;
    result: number;
  };
  "mail.status": {
    params: Record<string, never>;
    result: MailStatus;
  };
  "mail.test": {
    params: {
      address: string;
    };
    result: SentTest;
  };
  "message.edit": {
    params: {
      message_id: number;
      body: string;
    };
    result: Message;
  };
  "message.history": {
    params: {
      cursor?: string | null;
      limit?: number;
      message_id: number;
    };
    result: MessageHistory;
  };
  "message.list": {
    params: {
      ticket_id: number;
      cursor?: string | null;
      limit?: number;
    };
    result: Thread;
  };
  "message.note": {
    params: {
      ticket_id: number;
      body: string;
      client_token?: string | null;
      attachments?: Array<number>;
    };
    result: Message;
  };
  "message.reply": {
    params: {
      ticket_id: number;
      body: string;
      client_token?: string | null;
      attachments?: Array<number>;
      last_seen_message_id?: number | null;
      force?: boolean;
      status?: Status | null;
    };
    result: Message;
  };
  "notification.configure": {
    params: {
      replies?: boolean | null;
      answers?: boolean | null;
      assignments?: boolean | null;
      mentions?: boolean | null;
      new_tickets?: boolean | null;
      new_ticket_tags?: Array<string> | null;
      quiet_from?: string | null;
      quiet_until?: string | null;
      quiet?: boolean | null;
      time_zone?: string | null;
    };
    result: NotificationSettings;
  };
  "notification.mute": {
    params: {
      ticket_id: number;
      muted?: boolean;
    };
    result: boolean;
  };
  "notification.settings": {
    params: Record<string, never>;
    result: NotificationSettings;
  };
  "notification.unsubscribe": {
    params: {
      token: string;
    };
    result: boolean;
  };
  "outbox.counts": {
    params: Record<string, never>;
    result: OutboxCounts;
  };
  "outbox.drop": {
    params: {
      delivery_id: number;
    };
    result: boolean;
  };
  "outbox.list": {
    params: {
      cursor?: string | null;
      limit?: number;
      channel?: string | null;
      state?: DeliveryState | null;
    };
    result: DeliveryList;
  };
  "outbox.retry": {
    params: {
      delivery_id: number;
    };
    result: boolean;
  };
  "outbox.retry_dead": {
    params: {
      channel?: string | null;
    };
    result: number;
  };
  "presence.beat": {
    params: {
      connection: string;
      ticket_id: number | null;
      level?: Level;
      kind?: MessageKind;
      screen?: string;
    };
    result: Lease | null;
  };
  "presence.list": {
    params: Record<string, never>;
    result: Occupied;
  };
  "project.get": {
    params: Record<string, never>;
    result: Project;
  };
  "project.info": {
    params: Record<string, never>;
    result: ProjectInfo;
  };
  "project.prove": {
    params: {
      challenge: string;
      address: string;
    };
    result: ProjectProof;
  };
  "project.update": {
    params: {
      name?: string | null;
      first_response_minutes?: { [key in Priority]?: number } | null;
      attachment_bytes?: number | null;
      attachments_per_message?: number | null;
      files_bytes_per_customer?: number | null;
      files_bytes?: number | null;
      event_retention_days?: number | null;
      backup_hours?: number | null;
      backups_kept?: number | null;
      page_address?: string | null;
      enrol_newcomers?: boolean | null;
      mail_newcomers?: boolean | null;
      mail_servers?: Array<string> | null;
      share_tags?: boolean | null;
      share_assignee?: boolean | null;
      open_hours?: { [key in "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun"]?: Array<string> } | null;
      time_zone?: string | null;
      holidays?: Array<string> | null;
      language?: string | null;
    };
    result: Project;
  };
  "rating.list": {
    params: {
      cursor?: string | null;
      limit?: number;
      score?: Score | null;
      agent?: string | null;
    };
    result: RatingPage;
  };
  "rating.of_ticket": {
    params: {
      ticket_id: number;
    };
    result: TicketRatings;
  };
  "rating.rate": {
    params: {
      ticket_id: number;
      score: Score;
      comment?: string;
    };
    result: Rating;
  };
  "read.list": {
    params: {
      ticket_ids?: Array<number> | null;
    };
    result: ReadList;
  };
  "read.mark": {
    params: {
      ticket_id: number;
      message_id: number;
      back?: boolean;
    };
    result: Read;
  };
  "read.of_ticket": {
    params: {
      ticket_id: number;
      cursor?: string | null;
      limit?: number;
    };
    result: Readers;
  };
  "rpc.discover": {
    params: Record<string, never>;
    result: Record<string, unknown>;
  };
  "search.tickets": {
    params: {
      query: string;
      time_zone?: string | null;
      before?: number;
      limit?: number;
    };
    result: FoundPage;
  };
  "stats.by_agent": {
    params: {
      start: number;
      end: number;
    };
    result: StatsRows;
  };
  "stats.by_day": {
    params: {
      start: number;
      end: number;
      time_zone?: string | null;
      days_each?: number;
      utc_offset_minutes?: number | null;
    };
    result: StatsDays;
  };
  "stats.by_tag": {
    params: {
      start: number;
      end: number;
    };
    result: StatsRows;
  };
  "stats.overview": {
    params: {
      start: number;
      end: number;
    };
    result: Overview;
  };
  "stats.tickets": {
    params: {
      start: number;
      end: number;
      figure: Figure;
      agent?: string | null;
      tag?: string | null;
      after?: number | null;
      limit?: number;
    };
    result: FigureTickets;
  };
  "system.backup": {
    params: {
      make?: boolean;
    };
    result: BackupState;
  };
  "system.health": {
    params: Record<string, never>;
    result: Health;
  };
  "tag.list": {
    params: {
      after?: string | null;
      limit?: number;
    };
    result: TagList;
  };
  "tag.rename": {
    params: {
      tag: string;
      into: string;
    };
    result: Renamed;
  };
  "tag.set_colour": {
    params: {
      tag: string;
      colour: TagColour | null;
    };
    result: ColouredTag;
  };
  "ticket.bulk": {
    params: {
      ticket_ids: Array<number>;
      title?: string | null;
      priority?: Priority | null;
      status?: Status | null;
      snoozed_until?: number | null;
      assignee?: string | null;
      tags?: Array<string> | null;
      add_tags?: Array<string> | null;
      remove_tags?: Array<string> | null;
    };
    result: Results;
  };
  "ticket.create": {
    params: {
      title: string;
      body: string;
      priority?: Priority;
      tags?: Array<string>;
      client_token?: string | null;
      attachments?: Array<number>;
      customer?: string | null;
    };
    result: Ticket;
  };
  "ticket.delete": {
    params: {
      ticket_id: number;
      dry_run?: boolean;
    };
    result: DeletedTicket;
  };
  "ticket.follow": {
    params: {
      ticket_id: number;
    };
    result: Ticket;
  };
  "ticket.get": {
    params: {
      ticket_id: number;
    };
    result: Ticket;
  };
  "ticket.history": {
    params: {
      ticket_id: number;
      cursor?: string | null;
      limit?: number;
    };
    result: TicketHistory;
  };
  "ticket.invitations": {
    params: Record<string, never>;
    result: Invitations;
  };
  "ticket.invite": {
    params: {
      ticket_id: number;
      user_id: string;
    };
    result: Ticket;
  };
  "ticket.invite_address": {
    params: {
      ticket_id: number;
      email: string;
    };
    result: Ticket;
  };
  "ticket.join": {
    params: {
      ticket_id: number;
    };
    result: Ticket;
  };
  "ticket.list": {
    params: {
      view?: "inbox" | "unassigned" | "mine" | "participating" | "open" | "waiting" | "snoozed" | "closed" | "all" | null;
      filter?: string;
      time_zone?: string | null;
      cursor?: string | null;
      limit?: number;
      unread?: boolean;
      order?: Order;
    };
    result: TicketPage;
  };
  "ticket.merge": {
    params: {
      ticket_id: number;
      into: number;
      reopen?: boolean;
    };
    result: Ticket;
  };
  "ticket.people": {
    params: {
      ticket_id: number;
    };
    result: TicketPeople;
  };
  "ticket.split": {
    params: {
      ticket_id: number;
      message_ids: Array<number>;
      title: string;
    };
    result: Ticket;
  };
  "ticket.unfollow": {
    params: {
      ticket_id: number;
    };
    result: Ticket;
  };
  "ticket.uninvite": {
    params: {
      ticket_id: number;
      user_id: string;
    };
    result: Ticket;
  };
  "ticket.uninvite_address": {
    params: {
      ticket_id: number;
      email: string;
    };
    result: Withdrawn;
  };
  "ticket.update": {
    params: {
      ticket_id: number;
      title?: string | null;
      priority?: Priority | null;
      status?: Status | null;
      snoozed_until?: number | null;
      assignee?: string | null;
      tags?: Array<string> | null;
      add_tags?: Array<string> | null;
      remove_tags?: Array<string> | null;
    };
    result: Ticket;
  };
  "user.add": {
    params: {
      email: string;
      role?: Role | null;
      name?: string | null;
    };
    result: UserAccess;
  };
  "user.bind_login": {
    params: {
      user_id: string;
      login: string;
    };
    result: BoundLogin;
  };
  "user.customers": {
    params: {
      prefix: string;
      limit?: number;
    };
    result: Customers;
  };
  "user.deactivate": {
    params: {
      user_id: string;
      unassign?: boolean;
    };
    result: Deactivated;
  };
  "user.devices": {
    params: {
      user_id?: string | null;
      cursor?: string | null;
      limit?: number;
    };
    result: DeviceList;
  };
  "user.enrol": {
    params: {
      email: string;
      name: string;
      role?: Role;
      login?: string | null;
    };
    result: User;
  };
  "user.erase": {
    params: {
      user_id: string;
      uploads?: FilePolicy;
      dry_run?: boolean;
    };
    result: ErasedUser;
  };
  "user.link": {
    params: {
      email: string;
    };
    result: UserAccess;
  };
  "user.list": {
    params: {
      cursor?: string | null;
      limit?: number;
      team?: boolean;
    };
    result: UserList;
  };
  "user.logins": {
    params: {
      user_id?: string | null;
      after?: string | null;
      limit?: number;
    };
    result: LoginPage;
  };
  "user.me": {
    params: Record<string, never>;
    result: User | null;
  };
  "user.mentionable": {
    params: {
      prefix?: string;
      limit?: number;
    };
    result: Mentionable;
  };
  "user.reactivate": {
    params: {
      user_id: string;
    };
    result: User;
  };
  "user.revoke": {
    params: {
      address: string;
    };
    result: boolean;
  };
  "user.unbind_login": {
    params: {
      login: string;
    };
    result: boolean;
  };
  "user.unbind_oidc": {
    params: {
      user_id: string;
    };
    result: boolean;
  };
  "user.update": {
    params: {
      user_id: string;
      name?: string | null;
      role?: Role | null;
      email?: string | null;
      language?: string | null;
      time_zone?: string | null;
      unassign?: boolean;
    };
    result: UpdatedUser;
  };
  "user.update_me": {
    params: {
      name?: string | null;
      shows_presence?: boolean | null;
      signature?: string | null;
      language?: string | null;
      time_zone?: string | null;
    };
    result: User;
  };
  "view.delete": {
    params: {
      view_id: number;
    };
    result: Deleted;
  };
  "view.list": {
    params: {
      cursor?: string | null;
      limit?: number;
      time_zone?: string | null;
    };
    result: ViewList;
  };
  "view.order": {
    params: {
      view_ids: Array<number>;
    };
    result: Ordered;
  };
  "view.save": {
    params: {
      name: string;
      filter: string;
      shared?: boolean;
      view_id?: number | null;
    };
    result: SavedView;
  };
  "webhook.answers": {
    params: {
      webhook_id: number;
      before?: number;
      limit?: number;
    };
    result: AnswerPage;
  };
  "webhook.create": {
    params: {
      url: string;
      kinds?: Array<string>;
      with_notes?: boolean;
      description?: string;
    };
    result: WebhookSecret;
  };
  "webhook.delete": {
    params: {
      webhook_id: number;
    };
    result: null;
  };
  "webhook.list": {
    params: Record<string, never>;
    result: WebhookList;
  };
  "webhook.redeliver": {
    params: {
      webhook_id: number;
      seq: number;
    };
    result: QueuedMessage;
  };
  "webhook.rotate_secret": {
    params: {
      webhook_id: number;
    };
    result: WebhookSecret;
  };
  "webhook.test": {
    params: {
      webhook_id: number;
    };
    result: QueuedMessage;
  };
  "webhook.update": {
    params: {
      webhook_id: number;
      url?: string | null;
      kinds?: Array<string> | null;
      with_notes?: boolean | null;
      description?: string | null;
      enabled?: boolean | null;
    };
    result: Webhook;
  };
};
