/** The form that files a ticket. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Priority } from "../../api/wire.ts";
import { desk, go } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { PRIORITY_WORDS } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX, threadHref } from "../../stores/route.ts";
import { PRIORITIES } from "../../stores/tickets/priorities.ts";
import { sendOnCtrlEnter } from "../../ui/forms.ts";
import { useSending } from "../../ui/hooks/use_changes.ts";
import { Back } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { DraftConflict } from "../composer/guard.tsx";
import { AttachButton, UploadList } from "../uploads/uploads.tsx";
import { useFileDrop } from "../uploads/use_uploads.ts";
import { obtainCustomer, type Written } from "./customer.ts";
import { CustomerField } from "./customer_field.tsx";
import { firstProject } from "./first_project.ts";
import { type TicketDraft, useTicketDraft } from "./ticket_draft.ts";

const TITLE_LENGTH = 300;

/** `project` is the one that the address names, if any. */
export function NewTicketView({ project }: { project: string | null }) {
  const usable = desk.known.value;
  const authors = useAuthors(usable);
  if (usable.length === 0) return null;
  const named = firstProject(usable, project, desk.hasSeveral);
  // Another user's form is another form.
  return <Form key={`${authors} ${project ?? ""}`} usable={usable} named={named} />;
}

/** Return a number that changes with the user of a project: a project that answers late begins no other form. */
function useAuthors(usable: readonly Project[]): number {
  const known = useRef({ users: new Map<string, string>(), number: 0 });
  const users = usable.map(({ id, session }) => [id, session.me.value?.user_id ?? ""] as const);
  const { current } = known;
  if (users.some(([project, user]) => (current.users.get(project) ?? user) !== user)) {
    current.number += 1;
    current.users.clear();
  }
  for (const [project, user] of users) current.users.set(project, user);
  return current.number;
}

/** Return the chosen project: the named one, which may answer late, until another one is chosen. */
function useChosen(named: string): Signal<string> {
  const chosen = useSignal(named);
  useEffect(() => {
    if (chosen.peek() === "") chosen.value = named;
  }, [named]);
  return chosen;
}

function Form({ usable, named }: { usable: Project[]; named: string }) {
  const chosen = useChosen(named);
  const author = usable[0]?.session.me.value?.user_id ?? "";
  const priority = useSignal<Priority>("normal");
  const { isBusy, problem, run } = useSending(t("New ticket"));
  const customer = useSignal<Written>({ chosen: null, typed: "", name: "" });
  const project = usable.find((candidate) => candidate.id === chosen.value);

  const draft = useTicketDraft(project, author);
  const { title, body, uploads, kept } = draft;
  const hasOther = (kept?.other.value ?? null) !== null;
  const { handlers, isOver } = useFileDrop((files) => uploads?.add(files));
  const isWaiting = hasOther || (uploads !== null && (uploads.isSending.value || uploads.hasFailed.value));

  const file = async (project: Project) => {
    const isFor = project.session.isStaff.value ? await obtainCustomer(project.call, customer.value) : undefined;
    const written = {
      title: title.value.trim(),
      body: body.value.trim(),
      priority: priority.value,
      attachments: uploads?.ids.value ?? [],
      ...(isFor !== undefined && { customer: isFor }),
    };
    const ticket = await project.file(written, draft.token());
    draft.clearSent(ticket);
    go(threadHref(project.id, ticket.ticket_id));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (project !== undefined && !isWaiting) void run(() => file(project));
  };

  return (
    <section class="sheet" aria-labelledby="new-title">
      <a class="back" href={INBOX}>
        <Back /> {t("All tickets")}
      </a>
      <h1 id="new-title">{t("New ticket")}</h1>
      {/* Files are dropped anywhere on it, and pasted into its description. */}
      <form class="form" onSubmit={submit} onKeyDown={sendOnCtrlEnter} {...(uploads !== null && handlers)}>
        {kept !== null && <DraftConflict draft={kept} />}
        {desk.hasSeveral && <ProjectField usable={usable} chosen={chosen} isFirst={named === ""} />}
        {project?.session.isStaff.value && <CustomerField key={project.id} call={project.call} written={customer} />}
        <TitleField title={title} isFirst={!desk.hasSeveral || named !== ""} />
        <label class="field">
          <span class="label">{t("Description")}</span>
          <textarea
            name="body"
            rows={9}
            required
            placeholder={t("What did you do, what did you expect, and what happened instead?")}
            value={body.value}
            onInput={body.onInput}
          />
        </label>
        {uploads && (
          <div class="field" data-drop={isOver.value}>
            <UploadList uploads={uploads} />
            <AttachButton uploads={uploads} />
          </div>
        )}
        <PriorityField priority={priority} />
        {problem && <Problem problem={problem} />}
        <div class="form-end">
          <button type="submit" class="button button-strong button-large" disabled={isBusy || isWaiting}>
            {isBusy ? t("Sending…") : t("Send ticket")}
          </button>
          <span class="keys">
            <kbd>{t("Ctrl")}</kbd> <kbd>{t("Enter")}</kbd>
          </span>
        </div>
      </form>
    </section>
  );
}

type ProjectFieldProps = { usable: Project[]; chosen: Signal<string>; isFirst: boolean };

function ProjectField({ usable, chosen, isFirst }: ProjectFieldProps) {
  const select = useRef<HTMLSelectElement>(null);
  useLayoutEffect(() => {
    if (isFirst) select.current?.focus();
  }, []);
  const choose = (event: { currentTarget: HTMLSelectElement }) => {
    chosen.value = event.currentTarget.value;
  };
  return (
    <label class="field">
      <span class="label">{t("Project")}</span>
      <select ref={select} required value={chosen.value} onChange={choose}>
        <option value="" disabled>
          {t("Choose the project it is about")}
        </option>
        {usable.map((project) => (
          <option value={project.id}>{project.name}</option>
        ))}
      </select>
    </label>
  );
}

function TitleField({ title, isFirst }: { title: TicketDraft["title"]; isFirst: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (isFirst) input.current?.focus();
  }, []);
  return (
    <label class="field">
      <span class="label">{t("Title")}</span>
      <input
        ref={input}
        name="title"
        required
        maxLength={TITLE_LENGTH}
        autocomplete="off"
        placeholder={t("What is it about, in a few words?")}
        value={title.value}
        onInput={title.onInput}
      />
    </label>
  );
}

function PriorityField({ priority }: { priority: Signal<Priority> }) {
  const choose = (choice: Priority) => {
    priority.value = choice;
  };
  return (
    <fieldset class="field">
      <legend class="label">{t("Priority")}</legend>
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
