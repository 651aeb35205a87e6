/** Chooses a macro by its name, shows what it would change on the ticket, and runs it. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type ApiError, toApiError } from "../../api/errors.ts";
import { readFailure } from "../../api/failures.ts";
import type { Macro, MacroPreview, TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { randomToken } from "../../stores/drafts/random_token.ts";
import type { Project } from "../../stores/project.ts";
import { sayRefusal } from "../../stores/refusals/refusals_part.ts";
import { useQuestion } from "../../ui/hooks/use_action.ts";
import { useSending } from "../../ui/hooks/use_changes.ts";
import { useModal } from "../../ui/hooks/use_modal.ts";
import { Problem } from "../../ui/problem.tsx";
import { MacroChanges } from "./macro_preview.tsx";
import { macrosOf } from "./macros.ts";

type MacroPickerProps = { project: Project; ticket: TicketSummary; close: () => void };
/** What was found, and for which words. */
type Found = { asked: string; macros: Macro[] };
/** A macro and what it would do now; the preview is null until the server has told it. */
type Chosen = { macro: Macro; preview: MacroPreview | null; problem: ApiError | null; token: string };

export function MacroPicker({ project, ticket, close }: MacroPickerProps) {
  const modal = useModal(close);
  const typed = useSignal("");
  const found = useSignal<Found | null>(null);
  const chosen = useSignal<Chosen | null>(null);
  const finding = useQuestion();
  const running = useSending(t("Ticket {number}", { number: ticket.ticket_id }));
  useEffect(() => {
    const asked = typed.peek();
    void finding.run(async () => {
      const macros = await macrosOf(project).find(asked);
      if (typed.peek() === asked) take({ asked, macros });
    });
  }, [typed.value]);
  const choose = (macro: Macro) => void preview(project, ticket, macro, chosen);
  const take = (now: Found) => {
    found.value = now;
    const [first] = now.macros;
    if (first !== undefined && first.macro_id !== chosen.value?.macro.macro_id) choose(first);
    if (first === undefined) chosen.value = null;
  };
  // What was chosen for the words before is none that its user has seen for these.
  const isReady = found.value?.asked === typed.value && chosen.value?.preview != null;
  const run = () => {
    const { value } = chosen;
    if (value === null || value.preview === null || found.value?.asked !== typed.value) return;
    void running.run(async () => {
      await runMacro(project, ticket, value);
      desk.announcement.value = t("The macro {name} was run", { name: value.macro.name });
      modal.close();
    });
  };
  return (
    <dialog {...modal.dialog} class="macros" aria-labelledby="macros-title">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <h2 id="macros-title">{t("Run a macro")}</h2>
        <div class="macros-columns">
          <MacroList
            typed={typed}
            found={found.value?.macros ?? null}
            chosen={chosen.value?.macro ?? null}
            choose={choose}
          />
          <section class="macros-preview" aria-label={t("What it changes")} aria-live="polite">
            {chosen.value?.preview && (
              <MacroChanges
                project={project}
                ticket={ticket}
                macro={chosen.value.macro}
                preview={chosen.value.preview}
              />
            )}
            {chosen.value?.problem && <Problem problem={chosen.value.problem} />}
          </section>
        </div>
        {finding.problem && <Problem problem={finding.problem} />}
        {running.problem && <Problem problem={running.problem} />}
        <div class="macros-end">
          <button type="button" class="button" onClick={modal.close}>
            {t("Cancel")}
          </button>
          <button type="submit" class="button button-strong" disabled={!isReady || running.isBusy}>
            {t("Run it")}
          </button>
        </div>
      </form>
    </dialog>
  );
}

type MacroListProps = {
  typed: Signal<string>;
  found: Macro[] | null;
  chosen: Macro | null;
  choose: (macro: Macro) => void;
};

function MacroList({ typed, found, chosen, choose }: MacroListProps) {
  const takeKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || found === null || found.length === 0) return;
    event.preventDefault();
    const at = found.findIndex(({ macro_id: id }) => id === chosen?.macro_id);
    const next = found[(at + step + found.length) % found.length];
    if (next !== undefined) choose(next);
  };
  const active = chosen === null ? undefined : `macro-${chosen.macro_id}`;
  return (
    <div class="macros-list">
      <input
        role="combobox"
        aria-label={t("Find a macro")}
        placeholder={t("Find a macro")}
        autocomplete="off"
        aria-expanded={found !== null && found.length > 0}
        aria-controls="macros-found"
        aria-activedescendant={active}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
        onKeyDown={takeKey}
      />
      {found !== null && found.length === 0 && <p class="macros-none">{t("No macro has such a name")}</p>}
      <div id="macros-found" role="listbox" aria-label={t("Macros")}>
        {found?.map((macro) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus.
          <div
            key={macro.macro_id}
            id={`macro-${macro.macro_id}`}
            class="offer"
            role="option"
            tabIndex={-1}
            aria-selected={macro.macro_id === chosen?.macro_id}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(macro)}
          >
            <bdi class="offer-name">{macro.name}</bdi>
            <span class="offer-detail">{macro.owner === null ? t("The team's") : t("Yours")}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

async function preview(
  project: Project,
  ticket: TicketSummary,
  macro: Macro,
  chosen: Signal<Chosen | null>,
): Promise<void> {
  // One run of a macro has one token: its button may be pressed again where no answer came.
  const asked = { macro, preview: null, problem: null, token: randomToken() };
  chosen.value = asked;
  try {
    const made = await project.call("macro.preview", { macro_id: macro.macro_id, ticket_id: ticket.ticket_id });
    if (chosen.peek() === asked) chosen.value = { ...asked, preview: made };
  } catch (error) {
    if (chosen.peek() === asked) chosen.value = { ...asked, problem: toApiError(error) };
  }
}

/** Run a macro on a ticket; throws `ApiError`. */
async function runMacro(project: Project, ticket: TicketSummary, { macro, token }: Chosen): Promise<void> {
  const params = { macro_id: macro.macro_id, ticket_ids: [ticket.ticket_id], client_token: token };
  const { results } = await project.call("macro.run", params);
  const error = results[0]?.error ?? null;
  if (error !== null) throw sayRefusal(readFailure(error));
}
