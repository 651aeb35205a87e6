/** The pictures of a whole thread, in its order: those of older messages are looked for when they are wanted. */
import type { Attachment, Message, TicketSummary } from "../../api/wire.ts";
import { LONGEST_PAGE } from "../../stores/all_pages.ts";
import type { Project } from "../../stores/project.ts";
import { withOpening } from "../thread/sides.ts";
import type { ShownPictures } from "./shown_pictures.ts";

export class ThreadPictures {
  readonly #project: Project;
  readonly #ticket: TicketSummary;

  constructor(project: Project, ticket: TicketSummary) {
    this.#project = project;
    this.#ticket = ticket;
  }

  /** Those without a gap: while older messages were not fetched, the ticket's own text does not stand before the others. */
  get all(): Attachment[] {
    const { ticket_id: id } = this.#ticket;
    const messages = this.#project.data.thread(id)?.messages.value ?? [];
    const opening = this.#hasOlder ? null : this.#project.data.opening(id);
    return picturesIn(withOpening(this.#ticket, opening, messages));
  }

  /** Whether there may be another picture on that side of the one that is shown. */
  leadsOn(shown: ShownPictures, by: 1 | -1): boolean {
    const next = shown.at.value + by;
    return (next >= 0 && next < shown.pictures.value.length) || (this.#hasOlder && this.#isAtGap(shown, by));
  }

  /** Go to the next picture, which may be of a message that was not fetched; throws `ApiError`. */
  async step(shown: ShownPictures, by: 1 | -1): Promise<void> {
    const picture = shown.current;
    while (this.#hasOlder && this.#isAtGap(shown, by)) {
      await this.#project.loadOlder(this.#ticket.ticket_id, LONGEST_PAGE);
      // It was closed, or another one is looked at.
      if (shown.current?.attachment_id !== picture?.attachment_id) return;
      shown.widen(this.all);
    }
    shown.step(by);
  }

  get #hasOlder(): boolean {
    return (this.#project.data.thread(this.#ticket.ticket_id)?.cursor.value ?? null) !== null;
  }

  /** What was not fetched is behind the ticket's own text, and before all others. */
  #isAtGap(shown: ShownPictures, by: 1 | -1): boolean {
    const { attachments } = this.#project.data.opening(this.#ticket.ticket_id) ?? { attachments: [] };
    const isOfOpening = attachments.some(({ attachment_id: id }) => id === shown.current?.attachment_id);
    const end = by < 0 ? 0 : shown.pictures.peek().length - 1;
    return shown.at.peek() === end && isOfOpening === by > 0;
  }
}

function picturesIn(messages: readonly Message[]): Attachment[] {
  return messages.flatMap(({ attachments }) => attachments.filter(({ width }) => width !== null));
}
