/**
 * One text that is being written: one draft for all tabs and devices of its author.
 *
 * What is typed is kept in the browser at once and saved to the server after a pause. Each save says which version it
 * goes on from, and with which token the text is sent: the server refuses a save that comes after the send, and one
 * that would overwrite what was written elsewhere. Then both texts are shown, and none is lost.
 */
import { batch, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import { type ApiError, toApiError } from "../../api/errors.ts";
import type { Draft as ServerDraft } from "../../api/wire.ts";
import { type DraftContent, EMPTY, goesOn, isEmpty, isSame, isSameText, join } from "./draft_content.ts";
import type { LocalCopies, LocalCopy } from "./local_copies.ts";
import { merge, type Sent, staysHere } from "./merging.ts";
import { randomToken } from "./random_token.ts";
import { SaveTimer } from "./save_timer.ts";
import { type DraftPlace, saveContent } from "./saving.ts";
import { type Taken, TakenTexts } from "./taken.ts";

type Other = { content: DraftContent; version: number; token: string };

export class Draft {
  readonly place: DraftPlace;
  readonly content = signal<DraftContent>(EMPTY);
  /** What was written elsewhere at the same time; null while there is one text. */
  readonly other = signal<Other | null>(null);
  /** Counts how often the content came from elsewhere than from its form. */
  readonly replaced = signal(0);
  readonly #call: Call;
  readonly #copies: LocalCopies;
  readonly #name: string;
  #token = "";
  /** The server's draft that the content goes on from, and what it says. */
  #version = 0;
  #saved: DraftContent = EMPTY;
  /** Whether it was written here since it last came from elsewhere. */
  #isOwn = false;
  #lastSent: Sent | null = null;
  readonly #taken = new TakenTexts();
  /** The token with which a ticket was filed whose answer was lost: what was added is sent with it, and not saved. */
  #spent: string | null = null;
  /** Counts what makes the answer to a save on its way one about an earlier text. */
  #epoch = 0;
  #isBusy = false;
  #isStale = true;
  /** Whether its author is not here any more: what is asked from now on is asked as somebody else. */
  #isClosed = false;
  #users = 0;
  readonly #timer = new SaveTimer();

  constructor(place: DraftPlace, call: Call, copies: LocalCopies, name: string) {
    this.place = place;
    this.#call = call;
    this.#copies = copies;
    this.#name = name;
    const copy = copies.read(name);
    if (copy !== null) this.#read(copy, copy.isSaved ? copy : null);
  }

  /** What it is sent with, also after a reload. */
  get token(): string {
    if (this.#token === "") {
      this.#token = randomToken();
      this.#keep();
    }
    return this.#token;
  }

  /** Whether the server has another text, or none yet. */
  get isUnsaved(): boolean {
    return !isSame(this.content.peek(), this.#saved);
  }

  /** Follow the server's draft while a form shows it; returns the function that ends that. */
  open(): () => void {
    this.#users += 1;
    if (this.#isStale) void this.#refresh();
    return () => {
      this.#users -= 1;
      this.flush();
    };
  }

  /** Take what was typed or attached. */
  set(change: Partial<DraftContent>): void {
    const content = { ...this.content.peek(), ...change };
    if (isSame(content, this.content.peek())) return;
    this.#isOwn = true;
    this.content.value = content;
    // What was emptied is not sent again: the next text is another one.
    if (isEmpty(content)) this.#token = "";
    else if (this.#token === "") this.#token = randomToken();
    this.#keep();
    this.#schedule();
  }

  /** Take the text out to send it; what is typed from now on is another draft. */
  take(): Taken {
    const taken = { content: this.content.peek(), token: this.token };
    this.#taken.add(taken);
    // The server has it until it is sent: nothing is to be saved.
    this.#replace(EMPTY, { version: this.#version, token: "", saved: EMPTY });
    return taken;
  }

  /** Put back what was taken and not sent, before what was typed since. */
  putBack({ content, token }: Taken): void {
    this.#taken.remove(token);
    const since = this.content.peek();
    if (goesOn(since, content)) return;
    const whole = goesOn(content, since) ? content : join(content, since);
    const saved = this.#saved;
    this.#replace(whole, { version: this.#version, token: isEmpty(since) ? token : this.#token, saved });
    this.#isOwn = true;
    this.#schedule();
  }

  /**
   * Have another draft go on with the text, before what was written there, and with its token where nothing was.
   *
   * The server's draft is deleted as this page knows it: what another device has written on meanwhile comes back here.
   */
  moveTo(into: Draft): void {
    this.resolve("both");
    const moved = { content: this.content.peek(), token: this.#token };
    // What the server has, or gets by a save that is on its way, is more than nothing: so it is deleted.
    const saved = this.#isBusy || this.#version > 0 ? moved.content : this.#saved;
    this.#replace(EMPTY, { version: this.#version, token: "", saved });
    into.putBack(moved);
    this.flush();
  }

  /** Go on with the text that was written here, with the other one, or with both; nothing else is left of the two. */
  resolve(choice: "mine" | "other" | "both"): void {
    const other = this.other.peek();
    if (other === null) return;
    const mine = this.content.peek();
    const chosen = { mine, other: other.content, both: join(other.content, mine) }[choice];
    this.#replace(chosen, { ...other, saved: other.content });
    this.#isOwn = choice !== "other";
    if (this.isUnsaved) this.#schedule();
  }

  /** Save now what is not saved yet, for instance because the page is being left, or the server is back. */
  flush(): void {
    if (this.isUnsaved) void this.#save();
  }

  /** Ask the server again, now if a form shows the draft. */
  refresh(): void {
    this.#isStale = true;
    if (this.#users > 0) void this.#refresh();
  }

  /** An event tells that the draft was saved, here or elsewhere. */
  heardSaved(version: number): void {
    if (version > this.#version) this.refresh();
  }

  /** An event tells that the draft is gone: it was sent, or emptied. */
  heardDeleted(): void {
    if (this.#isBusy) this.refresh();
    else if (this.#version > 0) this.#merge(null);
  }

  /** An event tells what its author has sent from here or elsewhere. */
  heardSent(body: string): void {
    this.#lastSent = { body, isFromHere: this.#taken.arrived(body) };
  }

  /** Another tab of this browser has kept a copy. */
  copied(copy: LocalCopy | null): void {
    if (this.isUnsaved || this.other.peek() !== null) return;
    const content = copy ?? EMPTY;
    this.#read({ ...content, token: copy?.token ?? "", version: copy?.version ?? 0, isSaved: true }, content);
    this.replaced.value += 1;
  }

  /** Forget what is to be done; from now on nothing is saved, but in the browser. */
  close(): void {
    this.#isClosed = true;
    this.#users = 0;
    this.#timer.stop();
  }

  #read({ title, body, files, token, version }: LocalCopy, saved: DraftContent | null): void {
    this.content.value = { title, body, files };
    this.#saved = saved ?? EMPTY;
    this.#token = token;
    this.#version = version;
    this.#isOwn = false;
    this.#epoch += 1;
  }

  #replace(content: DraftContent, { version, token, saved }: { version: number; token: string; saved: DraftContent }) {
    this.#timer.begun();
    this.#version = version;
    this.#token = token;
    this.#saved = saved;
    this.#isOwn = false;
    this.#epoch += 1;
    batch(() => {
      this.other.value = null;
      this.content.value = content;
      this.replaced.value += 1;
    });
    this.#keep();
  }

  #keep(): void {
    const content = this.content.peek();
    const isSaved = !this.isUnsaved;
    const isNothing = isEmpty(content) && isSaved && this.#version === 0;
    const copy = { ...content, token: this.#token, version: this.#version, isSaved };
    this.#copies.write(this.#name, isNothing ? null : copy);
  }

  #schedule(): void {
    if (!this.#isClosed) this.#timer.schedule(() => void this.#save());
  }

  async #save(): Promise<void> {
    if (this.#isBusy || this.#isClosed || this.other.peek() !== null || this.#token === this.#spent) return;
    const [epoch, content] = [this.#epoch, this.content.peek()];
    this.#isBusy = true;
    this.#timer.begun();
    let problem: ApiError | null = null;
    try {
      const known = { version: this.#version, token: isEmpty(content) ? "" : this.token };
      this.#version = await saveContent(this.#call, this.place, content, known);
      this.#timer.succeeded();
      if (epoch === this.#epoch) this.#saved = content;
    } catch (error) {
      problem = toApiError(error);
    }
    this.#isBusy = false;
    if (this.#isClosed) return;
    this.#keep();
    if (problem !== null) await this.#failed(problem, epoch);
    else if (this.#isStale && this.#users > 0) await this.#refresh();
    else if (this.isUnsaved) this.#schedule();
  }

  async #failed(problem: ApiError, epoch: number): Promise<void> {
    if (problem.reason === "draft-moved") {
      const { sent, updated_at: version } = problem.data;
      if (typeof sent === "string") this.#foundSent(sent, epoch === this.#epoch, Number(version));
      await this.#refresh();
      if (this.isUnsaved) this.#schedule();
    } else if (problem.retryAt !== null) this.#timer.at(problem.retryAt, () => void this.#save());
    else if (problem.isUnanswered) this.#timer.retry(() => void this.#save());
    // Anything else helps as little the next time: the browser has the text.
  }

  async #refresh(): Promise<void> {
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    this.#isStale = false;
    let found: ServerDraft | null | undefined;
    try {
      found = await this.#call("draft.get", { ticket_id: this.place.ticketId, kind: this.place.kind });
      this.#timer.succeeded();
    } catch (error) {
      this.#isStale = true;
      if (toApiError(error).isUnanswered && !this.#isClosed) this.#timer.retry(() => this.refresh());
    }
    this.#isBusy = false;
    if (this.#isClosed) return;
    if (found !== undefined) this.#merge(found);
    if (this.#isStale && this.#users > 0 && found !== undefined) await this.#refresh();
  }

  /** The draft was sent already, here or elsewhere; `isCurrent` says that its text is still the one here. */
  #foundSent(sent: string, isCurrent: boolean, version: number): void {
    if (!isCurrent) this.#version = version;
    else if (isSameText(this.content.peek().body, sent)) this.#replace(EMPTY, { version, token: "", saved: EMPTY });
    else if (this.#isTicket) this.#spent = this.#token;
    else this.#token = "";
  }

  /** Whether it is filed, once: its token finds the ticket again, and what that does not say becomes a reply to it. */
  get #isTicket(): boolean {
    return this.place.ticketId === null;
  }

  /** Bring the text here and the server's draft together. */
  #merge(found: ServerDraft | null): void {
    if (found === null) {
      this.#mergeNone();
      return;
    }
    const { title, body, attachments, updated_at: version, client_token: token } = found;
    const theirs = { title, body, files: attachments };
    const here = { mine: this.content.peek(), saved: this.#saved, version: this.#version, isOwn: this.#isOwn };
    // What is being sent from here is no news, also when more was written since.
    const how = this.#taken.has(token) ? "known" : merge(here, { theirs, version });
    if (how === "take") this.#replace(theirs, { version, token: token ?? "", saved: theirs });
    else if (how === "both") this.other.value = { content: theirs, version, token: token ?? "" };
    else {
      this.#version = version;
      if (how === "same") this.#token = token ?? this.#token;
      if (how !== "known") this.#saved = theirs;
      this.#keep();
      if (this.isUnsaved && this.other.peek() === null) this.#schedule();
    }
  }

  /** The server has no draft: it was sent or emptied elsewhere. What was typed here and not sent stays. */
  #mergeNone(): void {
    const [sent, mine] = [this.#lastSent, this.content.peek()];
    this.#lastSent = null;
    if (!staysHere({ mine, saved: this.#saved }, sent, this.#isOwn)) {
      if (!isEmpty(mine) || this.#version > 0) this.#replace(EMPTY, { version: 0, token: "", saved: EMPTY });
      return;
    }
    // A draft that was never saved keeps its token: its text may be on its way.
    if (this.#version > 0 && !this.#isTicket) this.#token = "";
    this.#version = 0;
    this.#saved = EMPTY;
    this.other.value = null;
    this.#keep();
    this.#schedule();
  }
}
