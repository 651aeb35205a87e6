/** The drafts of a user in a project: each follows what its author does in other tabs and on other devices. */
import { effect, untracked } from "@preact/signals-core";
import type { Event, MessageKind } from "../../api/wire.ts";
import type { Project } from "../project.ts";
import { Draft } from "./draft.ts";
import { isEmpty } from "./draft_content.ts";
import { copyName, type LocalCopies, parseCopy } from "./local_copies.ts";
import type { DraftPlace } from "./saving.ts";

const SENDS: Partial<Record<Event["kind"], MessageKind>> = { "message.replied": "reply", "message.noted": "note" };

export class ProjectDrafts {
  readonly #project: Project;
  readonly #copies: LocalCopies;
  readonly #author: string;
  readonly #drafts = new Map<string, Draft>();
  readonly #names = new Map<string, Draft>();
  /** What is undone with the store. */
  readonly ends: Array<() => void> = [];

  constructor(project: Project, copies: LocalCopies) {
    this.#project = project;
    this.#copies = copies;
    this.#author = project.session.me.peek()?.user_id ?? "";
    this.ends.push(
      project.follow((event) => this.#heard(event)),
      effect(() => {
        // A snapshot stands for events that were missed; a page in the background asks when it is looked at.
        project.snapshots.value;
        const { phase } = project.session;
        if (!project.isVisible.value) this.#flush();
        else if (phase.value === "live") this.#catchUp();
      }),
    );
  }

  /** Return the draft of a reply or a note on a ticket, or without a ticket that of a new one. */
  draft({ ticketId, kind }: DraftPlace): Draft {
    const key = draftKey(ticketId, kind);
    const known = this.#drafts.get(key);
    if (known !== undefined) return known;
    const name = copyName(this.#author, this.#project.id, ticketId ?? "new", kind);
    const draft = new Draft({ ticketId, kind }, this.#project.call, this.#copies, name);
    this.#drafts.set(key, draft);
    this.#names.set(name, draft);
    return draft;
  }

  /**
   * Have what is written on a ticket go on on the one that it was merged into, before what was written there: no form
   * shows it where it is. Returns the function that ends that.
   */
  goOn(ticketId: number, into: number): () => void {
    const kinds: MessageKind[] = this.#project.session.isStaff.peek() ? ["reply", "note"] : ["reply"];
    const ends = kinds.flatMap((kind) => {
      const draft = this.draft({ ticketId, kind });
      const move = effect(() => {
        if (!isEmpty(draft.content.value)) untracked(() => draft.moveTo(this.draft({ ticketId: into, kind })));
      });
      return [move, draft.open()];
    });
    return () => {
      for (const end of ends) end();
    };
  }

  /** Have what is written on a ticket that takes no more go on as a new ticket, before what was written there. */
  goOnAsNew(ticketId: number): void {
    const draft = this.draft({ ticketId, kind: "reply" });
    if (!isEmpty(draft.content.peek())) draft.moveTo(this.draft({ ticketId: null, kind: "reply" }));
  }

  /** Another tab of this browser has kept a copy under a name. */
  copied(name: string | null, text: string | null): void {
    if (name !== null) this.#names.get(name)?.copied(parseCopy(text));
  }

  close(): void {
    for (const end of this.ends.splice(0)) end();
    for (const draft of this.#drafts.values()) draft.close();
  }

  #catchUp(): void {
    this.#flush();
    for (const draft of this.#drafts.values()) draft.refresh();
  }

  #flush(): void {
    for (const draft of this.#drafts.values()) draft.flush();
  }

  #heard({ kind, record, message, ticket }: Event): void {
    if (record?.noun === "draft")
      this.#drafts.get(draftKey(record.ticket_id, record.kind))?.heardSaved(record.updated_at);
    else if (record?.noun === "removed" && record.of === "draft") this.#drafts.get(record.key)?.heardDeleted();
    if (kind === "ticket.created" && ticket?.customer === this.#author) {
      this.#drafts.get(draftKey(null, "reply"))?.heardSent(this.#project.data.opening(ticket.ticket_id)?.body ?? "");
    }
    const sent = SENDS[kind];
    if (sent === undefined || message?.author !== this.#author) return;
    this.#drafts.get(draftKey(message.ticket_id, sent))?.heardSent(message.body);
  }
}

/** The server's name of a draft among those of its author. */
function draftKey(ticketId: number | null, kind: MessageKind): string {
  return `${ticketId ?? "new"}/${kind}`;
}
