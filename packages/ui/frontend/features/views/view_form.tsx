/** The form of a saved view: what it is called, what it finds, and whether the team has it. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type ApiError, toApiError } from "../../api/errors.ts";
import { go } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { listHref, savedName } from "../../stores/route.ts";
import { faultOf } from "../../stores/settings/form.ts";
import { countFound, deleteView, saveView, type ViewFields } from "../../stores/tickets/lists/saved_view_edits.ts";
import { type FieldName, fieldOf } from "../../stores/tickets/lists/view_faults.ts";
import { useSending } from "../../ui/hooks/use_changes.ts";
import { Problem } from "../../ui/problem.tsx";
import { showSavedViews } from "./view_editing.ts";

const NAME_LENGTH = 300;
const FILTER_LENGTH = 1000;
const COUNT_PAUSE_MS = 300;

type FormProps = { project: Project; fields: ViewFields; close: () => void };

export function ViewForm({ project, fields, close }: FormProps) {
  const name = useSignal(fields.name);
  const filter = useSignal(fields.filter);
  const shared = useSignal(fields.shared);
  const { isBusy, problem, run } = useSending(t("Saved views"));
  const fault = problem === null ? null : fieldOf(problem);
  const isAdmin = project.session.me.value?.role === "admin";
  const save = async () => {
    const written = { viewId: fields.viewId, name: name.value, filter: filter.value, shared: shared.value };
    const { view_id: viewId } = await saveView(project, written);
    close();
    go(listHref(savedName(project.id, viewId)));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(save);
  };
  return (
    <form class="form view-form" onSubmit={submit}>
      <TextField
        name="name"
        label={t("Name")}
        value={name}
        most={NAME_LENGTH}
        problem={fault === "name" ? problem : null}
      />
      <TextField
        name="filter"
        label={t("Filter")}
        value={filter}
        most={FILTER_LENGTH}
        problem={fault === "filter" ? problem : null}
      />
      <p class="views-hint" id="view-filter-hint">
        {t("Conditions such as {example}; without any, every ticket is found.", {
          example: "status:open tag:vpn -assignee:me",
        })}
      </p>
      <Found project={project} filter={filter} />
      {isAdmin && (
        <label class="view-shared">
          <input
            type="checkbox"
            checked={shared.value}
            onChange={(event) => {
              shared.value = event.currentTarget.checked;
            }}
          />
          {t("Share it with the team")}
        </label>
      )}
      {problem !== null && fault === null && <Problem problem={problem} />}
      <div class="form-end">
        <button type="submit" class="button button-strong" disabled={isBusy}>
          {t("Save view")}
        </button>
        {fields.viewId !== null && (
          <DeleteButton project={project} viewId={fields.viewId} name={fields.name} run={run} isBusy={isBusy} />
        )}
      </div>
    </form>
  );
}

type TextFieldProps = { name: FieldName; label: string; value: Signal<string>; most: number; problem: ApiError | null };

function TextField({ name, label, value, most, problem }: TextFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  // Once the dialog around it is open.
  useEffect(() => {
    if (name === "name") input.current?.focus();
  }, []);
  // With the drawing: later, it would take the focus from a field that is typed in already.
  useLayoutEffect(() => {
    if (problem !== null) input.current?.focus();
  }, [problem]);
  const faultId = `view-${name}-fault`;
  return (
    <label class="field">
      <span class="label">{label}</span>
      <input
        ref={input}
        type="text"
        name={name}
        dir="auto"
        maxLength={most}
        required={name === "name"}
        spellcheck={name === "name"}
        autocomplete="off"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? (name === "filter" ? "view-filter-hint" : undefined) : faultId}
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value;
        }}
      />
      {problem !== null && (
        <span class="field-fault" id={faultId} role="alert">
          {faultOf(problem, name)}
        </span>
      )}
    </label>
  );
}

/** How many tickets the filter finds, as it is typed. */
function Found({ project, filter }: { project: Project; filter: Signal<string> }) {
  const words = useSignal("");
  const asked = useRef(0);
  useEffect(() => {
    asked.current += 1;
    const mine = asked.current;
    const timer = setTimeout(async () => {
      const found = await countFound(project, filter.value.trim()).catch(toApiError);
      if (mine !== asked.current) return;
      words.value = "count" in found ? countWords(found) : "";
    }, COUNT_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [filter.value]);
  return (
    <p class="view-found" role="status">
      {words.value}
    </p>
  );
}

function countWords({ count, orMore }: { count: number; orMore: boolean }): string {
  if (orMore) return t("It finds more than {count} tickets now.", { count });
  return tn("It finds {count} ticket now.", "It finds {count} tickets now.", count);
}

type DeleteProps = {
  project: Project;
  viewId: number;
  name: string;
  isBusy: boolean;
  run: (work: () => Promise<void>) => Promise<void>;
};

/** The first press says what will happen, the second does it. */
function DeleteButton({ project, viewId, name, isBusy, run }: DeleteProps) {
  const isSure = useSignal(false);
  const remove = async () => {
    await deleteView(project, viewId);
    showSavedViews(project);
  };
  return (
    <button
      type="button"
      class="button view-delete"
      disabled={isBusy}
      onBlur={() => {
        isSure.value = false;
      }}
      onClick={() => {
        if (isSure.value) void run(remove);
        else isSure.value = true;
      }}
    >
      {isSure.value ? t("Delete {name}: its tickets stay", { name }) : t("Delete")}
    </button>
  );
}
