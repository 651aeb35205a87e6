/** The form that files a ticket. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Priority } from "../../api/wire.ts";
import { desk, go } from "../../app.ts";
import { PRIORITY_WORDS } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX, threadHref } from "../../stores/route.ts";
import { draftKey } from "../../stores/tickets/drafts.ts";
import type { Uploads } from "../../stores/tickets/uploads.ts";
import { sendOnCtrlEnter } from "../../ui/forms.ts";
import { Back } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useAction } from "../../ui/use_action.ts";
import { type Draft, useDraft } from "../../ui/use_draft.ts";
import { AttachButton, UploadList } from "../uploads/uploads.tsx";
import { uploadsFor, useFileDrop } from "../uploads/use_uploads.ts";
import { obtainCustomer, type Written } from "./customer.ts";
import { CustomerField } from "./customer_field.tsx";

const TITLE_LENGTH = 300;
const PRIORITIES: Priority[] = ["low", "normal", "high", "urgent"];

export function NewTicketView() {
  const usable = desk.projects.filter((project) => project.session.me.value !== null);
  if (usable.length === 0) return null;
  // Another user's form is another form.
  return <Form key={usable.map((project) => project.session.me.value?.user_id).join()} usable={usable} />;
}

function Form({ usable }: { usable: Project[] }) {
  const chosen = useSignal(usable.length === 1 ? (usable[0]?.id ?? "") : "");
  const author = usable[0]?.session.me.value?.user_id ?? "";
  const title = useDraft(draftKey(author, "new", "title"));
  const body = useDraft(draftKey(author, "new", "body"));
  const priority = useSignal<Priority>("normal");
  const { isBusy, problem, run } = useAction();
  const customer = useSignal<Written>({ chosen: null, typed: "", name: "" });
  const project = usable.find((candidate) => candidate.id === chosen.value);

  const uploads = project === undefined ? null : uploadsFor(project, draftKey(author, "new", "files"));
  const isWaiting = uploads !== null && (uploads.isSending.value || uploads.hasFailed.value);

  const file = async (project: Project) => {
    const isFor = project.session.isStaff.value ? await obtainCustomer(project.call, customer.value) : undefined;
    const written = {
      title: title.value.trim(),
      body: body.value.trim(),
      priority: priority.value,
      attachments: uploads?.ids.value ?? [],
      ...(isFor !== undefined && { customer: isFor }),
    };
    const ticket = await project.file(written, body.token.tokenFor(JSON.stringify([project.id, written])));
    body.token.renew();
    title.set("");
    body.set("");
    uploads?.clearSent(written.attachments);
    go(threadHref(project.id, ticket.ticket_id));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (project !== undefined && !isWaiting) void run(() => file(project));
  };

  return (
    <section class="sheet" aria-labelledby="new-title">
      <a class="back" href={INBOX}>
        <Back /> All tickets
      </a>
      <h1 id="new-title">New ticket</h1>
      <form class="form" onSubmit={submit} onKeyDown={sendOnCtrlEnter}>
        {desk.hasSeveral && <ProjectField usable={usable} chosen={chosen} />}
        {project?.session.isStaff.value && <CustomerField key={project.id} call={project.call} written={customer} />}
        <TitleField title={title} isFirst={!desk.hasSeveral} />
        <label class="field">
          <span class="label">Description</span>
          <textarea
            name="body"
            rows={9}
            required
            placeholder="What did you do, what did you expect, and what happened instead?"
            value={body.value}
            onInput={body.onInput}
          />
        </label>
        {uploads && <Files uploads={uploads} />}
        <PriorityField priority={priority} />
        {problem && <Problem problem={problem} />}
        <div class="form-end">
          <button type="submit" class="button button-strong button-large" disabled={isBusy || isWaiting}>
            {isBusy ? "Sending…" : "Send ticket"}
          </button>
          <span class="keys">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd>
          </span>
        </div>
      </form>
    </section>
  );
}

function ProjectField({ usable, chosen }: { usable: Project[]; chosen: Signal<string> }) {
  const select = useRef<HTMLSelectElement>(null);
  useEffect(() => select.current?.focus(), []);
  const choose = (event: { currentTarget: HTMLSelectElement }) => {
    chosen.value = event.currentTarget.value;
  };
  return (
    <label class="field">
      <span class="label">Project</span>
      <select ref={select} required value={chosen.value} onChange={choose}>
        <option value="" disabled>
          Choose the project it is about
        </option>
        {usable.map((project) => (
          <option value={project.id}>{project.name}</option>
        ))}
      </select>
    </label>
  );
}

function TitleField({ title, isFirst }: { title: Draft; isFirst: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFirst) input.current?.focus();
  }, []);
  return (
    <label class="field">
      <span class="label">Title</span>
      <input
        ref={input}
        name="title"
        required
        maxLength={TITLE_LENGTH}
        autocomplete="off"
        placeholder="What is it about, in a few words?"
        value={title.value}
        onInput={title.onInput}
      />
    </label>
  );
}

/** The files of the ticket; also what is dropped anywhere on it, and pasted into its description. */
function Files({ uploads }: { uploads: Uploads }) {
  const place = useRef<HTMLDivElement>(null);
  const { handlers, isOver } = useFileDrop(uploads);
  useEffect(() => {
    const form = place.current?.closest("form");
    if (!form) return undefined;
    const { onPaste, onDragOver, onDragLeave, onDrop } = handlers;
    form.onpaste = onPaste;
    form.ondragover = onDragOver;
    form.ondragleave = onDragLeave;
    form.ondrop = onDrop;
    return () => {
      form.onpaste = form.ondragover = form.ondragleave = form.ondrop = null;
    };
  }, [uploads]);
  return (
    <div class="field" ref={place} data-drop={isOver.value}>
      <UploadList uploads={uploads} />
      <AttachButton uploads={uploads} />
    </div>
  );
}

function PriorityField({ priority }: { priority: Signal<Priority> }) {
  const choose = (choice: Priority) => {
    priority.value = choice;
  };
  return (
    <fieldset class="field">
      <legend class="label">Priority</legend>
      <div class="choices">
        {PRIORITIES.map((choice) => (
          <label class="choice">
            <input
              type="radio"
              name="priority"
              value={choice}
              checked={priority.value === choice}
              onChange={() => choose(choice)}
            />
            <span>{PRIORITY_WORDS[choice]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
