/** Runs a macro on the selected tickets; what it writes cannot be taken back, and is said before. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Macro } from "../../api/wire.ts";
import { t, tn } from "../../i18n/translate.ts";
import { randomToken } from "../../stores/drafts/random_token.ts";
import type { Project } from "../../stores/project.ts";
import { macrosOf } from "../macros/macros.ts";
import { change, selectedTickets, selection } from "./bulk.ts";
import { BulkChoice } from "./bulk_choice.tsx";

export function BulkMacro({ project }: { project: Project }) {
  const macros = useMacros(project);
  const chosen = useSignal<Macro | null>(null);
  if (macros.length === 0) return null;
  const run = (macro: Macro) => {
    chosen.value = null;
    const work = { kind: "macro", macroId: macro.macro_id, token: randomToken() } as const;
    void change(selectedTickets(), work, t("Run {macro}", { macro: macro.name }));
  };
  const choose = (id: string) => {
    const macro = macros.find((one) => one.macro_id === Number(id));
    if (macro !== undefined) chosen.value = macro;
  };
  if (chosen.value !== null) {
    return <Confirm macro={chosen.value} run={run} cancel={() => (chosen.value = null)} />;
  }
  return (
    <BulkChoice label={t("Macro")} name="macro" choose={choose}>
      {macros.map(({ macro_id: id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </BulkChoice>
  );
}

type ConfirmProps = { macro: Macro; run: (macro: Macro) => void; cancel: () => void };

function Confirm({ macro, run, cancel }: ConfirmProps) {
  const count = selection.count.value;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend that a sentence lacks.
    <div class="bulk-confirm" role="group" aria-label={macro.name}>
      <p>
        {macro.reply !== null
          ? tn(
              "It sends a reply to the customer of {count} ticket.",
              "It sends a reply on each of {count} tickets.",
              count,
            )
          : t("It cannot be undone as a whole.")}
      </p>
      <button type="button" class="button button-small button-strong" onClick={() => run(macro)}>
        {t("Run {macro}", { macro: macro.name })}
      </button>
      <button type="button" class="button button-small" onClick={cancel}>
        {t("Cancel")}
      </button>
    </div>
  );
}

function useMacros(project: Project): readonly Macro[] {
  const macros = useSignal<readonly Macro[]>([]);
  useEffect(() => {
    let isWanted = true;
    macrosOf(project)
      .all()
      .then(
        (all) => {
          if (isWanted) macros.value = all;
        },
        // Without them, everything else of the bar works.
        () => {},
      );
    return () => {
      isWanted = false;
    };
  }, [project]);
  return macros.value;
}
