/** The draft of a new ticket; until a project is chosen, its text is kept in the window alone. */
import { useEffect } from "preact/hooks";
import type { Ticket } from "../../api/wire.ts";
import type { Draft as KeptDraft } from "../../stores/drafts/draft.ts";
import { isEmpty, isSame, isSameText } from "../../stores/drafts/draft_content.ts";
import type { Project } from "../../stores/project.ts";
import { draftKey } from "../../stores/tickets/drafts.ts";
import type { Uploads } from "../../stores/tickets/uploads.ts";
import { type Draft, useDraft } from "../../ui/hooks/use_draft.ts";
import { draftsOf, uploadsOf } from "../composer/writing.ts";

type Field = Pick<Draft, "value" | "onInput">;

export type TicketDraft = {
  /** The draft of the project, which may have another text elsewhere; null until a project is chosen. */
  kept: KeptDraft | null;
  title: Field;
  body: Field;
  /** Null until a project is chosen. */
  uploads: Uploads | null;
  /** Return what it is sent with, also after a reload. */
  token: () => string;
  /** Empty it once its ticket is there. What the ticket does not say, since an earlier send arrived, is kept. */
  clearSent: (ticket: Ticket) => void;
};

export function useTicketDraft(project: Project | undefined, author: string): TicketDraft {
  const title = useDraft(draftKey(author, "new", "title"));
  const body = useDraft(draftKey(author, "new", "body"));
  const draft = project === undefined ? null : draftsOf(project).draft({ ticketId: null, kind: "reply" });
  useEffect(() => draft?.open(), [draft]);
  useEffect(() => {
    const typed = { title: title.value, body: body.value, files: [] };
    if (draft === null || isEmpty(typed)) return;
    draft.putBack({ content: typed, token: "" });
    title.set("");
    body.set("");
  }, [draft]);
  if (project === undefined || draft === null)
    return { kept: null, title, body, uploads: null, token: () => "", clearSent: () => {} };
  const content = draft.content.value;
  return {
    kept: draft,
    title: { value: content.title, onInput: (event) => draft.set({ title: typedIn(event) }) },
    body: { value: content.body, onInput: (event) => draft.set({ body: typedIn(event) }) },
    uploads: uploadsOf(project, draft),
    token: () => draft.token,
    clearSent: (ticket) => {
      const { content: now } = draft.take();
      // It was typed while the ticket was on its way.
      if (!isSame(now, content)) draft.putBack({ content: now, token: "" });
      else if (!isSameText(content.body, ticket.body)) {
        const reply = draftsOf(project).draft({ ticketId: ticket.ticket_id, kind: "reply" });
        reply.putBack({ content: { ...content, title: "" }, token: "" });
      }
    },
  };
}

function typedIn(event: InputEvent): string {
  return (event.currentTarget as HTMLInputElement | HTMLTextAreaElement).value;
}
