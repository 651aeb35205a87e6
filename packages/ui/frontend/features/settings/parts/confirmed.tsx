/** An action that says first what it will do, and is done by a second button that names it. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../../i18n/translate.ts";
import { useAction } from "../../../ui/hooks/use_action.ts";
import { Problem } from "../../../ui/problem.tsx";

type ConfirmedProps = {
  /** What the first button says. */
  label: string;
  /** Of what, for who does not see what the button stands next to. */
  of?: string;
  /** What will happen. */
  says: ComponentChildren;
  /** What the second button says. */
  verb: string;
  run: () => Promise<void>;
  isDangerous?: boolean;
};

export function Confirmed({ label, of = "", says, verb, run, isDangerous = true }: ConfirmedProps) {
  const isOpen = useSignal(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    isOpen.value = false;
    opener.current?.focus();
  };
  return (
    <div class="confirmed" data-open={isOpen.value}>
      <button
        ref={opener}
        type="button"
        class="button button-small"
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {label}
        {of !== "" && <span class="unseen"> {of}</span>}
      </button>
      {isOpen.value && <Question says={says} verb={verb} run={run} close={close} isDangerous={isDangerous} />}
    </div>
  );
}

type QuestionProps = Pick<ConfirmedProps, "says" | "verb" | "run"> & { close: () => void; isDangerous: boolean };

function Question({ says, verb, run, close, isDangerous }: QuestionProps) {
  const id = useId();
  const { isBusy, problem, run: act } = useAction();
  const question = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => question.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };
  const confirm = () =>
    act(async () => {
      await run();
      close();
    });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls that are filled in.
    <div ref={question} class="question" role="group" tabIndex={-1} aria-labelledby={id} onKeyDown={onKeyDown}>
      <div id={id} class="question-words">
        {says}
      </div>
      {problem && <Problem problem={problem} />}
      <div class="form-end">
        <button
          type="button"
          class={isDangerous ? "button button-danger" : "button button-strong"}
          disabled={isBusy}
          onClick={() => void confirm()}
        >
          {isBusy ? t("Working…") : verb}
        </button>
        <button type="button" class="button" disabled={isBusy} onClick={close}>
          {t("Cancel")}
        </button>
      </div>
    </div>
  );
}
