/** The drafts of the page's user, their files, and their messages on their way. */
import { effect } from "@preact/signals-core";
import { sendLast } from "../../api/last_call.ts";
import { projectUpload } from "../../api/upload.ts";
import { desk, ownStorage } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { Draft } from "../../stores/drafts/draft.ts";
import { LocalCopies } from "../../stores/drafts/local_copies.ts";
import { ProjectDrafts } from "../../stores/drafts/project_drafts.ts";
import type { DraftPlace } from "../../stores/drafts/saving.ts";
import { PendingMessages } from "../../stores/pending/pending_messages.ts";
import { PendingCopies, type PendingMessage } from "../../stores/pending/pending_storage.ts";
import { perUser } from "../../stores/per_user.ts";
import { UndoSetting } from "../../stores/preferences/undo_setting.ts";
import type { Project } from "../../stores/project.ts";
import { Uploads } from "../../stores/tickets/uploads.ts";
import { removePicture } from "./pictures.ts";

const copies = new LocalCopies(() => ownStorage);
const files = new WeakMap<Draft, Uploads>();

export const undoSetting = new UndoSetting(() => localStorage);

export const draftsOf = perUser((project) => {
  const drafts = new ProjectDrafts(project, copies);
  const copied = ({ key, newValue }: StorageEvent) => drafts.copied(ownStorage.nameOf(key), newValue);
  addEventListener("storage", copied);
  drafts.ends.push(() => removeEventListener("storage", copied));
  return drafts;
});

export const pendingOf = perUser((project) => {
  const author = project.session.me.peek()?.user_id ?? "";
  const draft = ({ ticketId, kind }: PendingMessage) => draftsOf(project).draft({ ticketId, kind });
  const pending = new PendingMessages({
    copies: new PendingCopies(() => ownStorage, author, project.id),
    send: (message) => project.send(message.ticketId, message.kind, writtenOf(message), message.token),
    sendLast: (message) => {
      const params = { ticket_id: message.ticketId, ...writtenOf(message), client_token: message.token };
      sendLast(project.id, author, message.kind === "note" ? "message.note" : "message.reply", params);
    },
    sent: ({ kind }) => {
      desk.announcement.value = kind === "note" ? t("Your note was saved") : t("Your reply was sent");
    },
    putBack: (message, taken) => draft(message).putBack(taken),
  });
  const leave = () => pending.leave();
  addEventListener("pagehide", leave);
  const end = effect(() => {
    if (project.session.phase.value === "live") pending.resume();
  });
  const heard = project.follow(({ message }) => {
    if (message?.author === author) pending.heard(message);
  });
  pending.ends.push(end, heard, () => removeEventListener("pagehide", leave));
  return pending;
});

/** Return the files of a draft, which are those that the server has with it, and those on their way. */
export function uploadsOf(project: Project, draft: Draft): Uploads {
  const known = files.get(draft);
  if (known !== undefined) return known;
  const uploads = new Uploads(projectUpload(project.id, project.session.me.peek()?.user_id ?? ""), project.call);
  files.set(draft, uploads);
  uploads.onRemove = ({ attachment_id: id }) => draft.set({ body: removePicture(draft.content.peek().body, id) });
  // What is there comes first: the text without its files would be another draft.
  effect(() => {
    draft.replaced.value;
    uploads.replace(draft.content.peek().files);
  });
  effect(() => draft.set({ files: uploads.attachments.value }));
  return uploads;
}

/** Have a reply that a closed ticket takes no more go on in the form of a new ticket, with its files on their way. */
export function goOnAsNew(project: Project, ticketId: number): void {
  const drafts = draftsOf(project);
  drafts.goOnAsNew(ticketId);
  handOver(project, { ticketId, kind: "reply" }, null);
  // Why it came back is said of the ticket that it was for.
  pendingOf(project).dismiss(ticketId, "reply");
}

/**
 * Have what is written on a ticket go on on the one that it was merged into, with its files on their way.
 *
 * Returns the function that ends that.
 */
export function goOn(project: Project, ticketId: number, into: number): () => void {
  const end = draftsOf(project).goOn(ticketId, into);
  for (const kind of ["reply", "note"] as const) handOver(project, { ticketId, kind }, into);
  return end;
}

/** Let the draft of another ticket have the files that are on their way to a draft, or have failed. */
function handOver(project: Project, from: DraftPlace, ticketId: number | null): void {
  const drafts = draftsOf(project);
  const uploads = files.get(drafts.draft(from));
  if (uploads !== undefined) uploads.handOver(uploadsOf(project, drafts.draft({ ticketId, kind: from.kind })));
}

/** Send what a page before this one has left, as soon as its author is known. */
export function resumePending(): void {
  for (const project of desk.projects) {
    effect(() => {
      if (project.session.me.value !== null) pendingOf(project);
    });
  }
}

function writtenOf({ content, kind, lastSeen, status }: PendingMessage) {
  return {
    body: content.body,
    attachments: content.files.map(({ attachment_id: id }) => id),
    ...(kind === "reply" && lastSeen !== null && { last_seen_message_id: lastSeen }),
    ...(kind === "reply" && status !== null && { status }),
  };
}
