/** A dialog in which a user types, and chooses from what is found: by the arrow keys and Enter, or the mouse. */
import { useSignal } from "@preact/signals";
import { Fragment, type TargetedEvent, type TargetedMouseEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n/translate.ts";
import { useModal } from "../../ui/hooks/use_modal.ts";
import { Close, Lens } from "../../ui/icons.tsx";
import { useCloseOverlay } from "../commands/overlays.ts";
import { Field } from "./finder_field.tsx";
import { type Chosen, type FinderProps, LIST, type Option, optionId } from "./finder_options.ts";

const NEAR_END_PX = 80;

export function Finder(props: FinderProps) {
  const { dialog, close } = useModal(useCloseOverlay());
  const closeOnBackdrop = (event: TargetedMouseEvent<HTMLDialogElement>) => {
    if (event.target === event.currentTarget) close();
  };
  const list = useChosen(props, close);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the key that closes a dialog is the browser's, Escape.
    <dialog {...dialog} class="finder" aria-label={props.label} onClick={closeOnBackdrop}>
      <div class="finder-head">
        <Lens />
        {props.before}
        <Field {...props} list={list} />
        <button type="button" class="icon-button" onClick={close}>
          <Close />
          <span class="unseen">{t("Close")}</span>
        </button>
      </div>
      {props.notice}
      <OptionList label={props.label} options={props.options} list={list} onEnd={props.onEnd} />
      {props.after}
    </dialog>
  );
}

/**
 * Which option is chosen: another list begins at its first one again.
 *
 * It follows the list before the next key: an effect after the next picture would take back an Enter that came sooner.
 */
function useChosen({ options, choosesFirst, onEnd, value, isStale = false }: FinderProps, close: () => void): Chosen {
  const at = useSignal(choosesFirst ? 0 : -1);
  const first = options[0]?.id ?? "";
  useLayoutEffect(() => {
    at.value = choosesFirst ? 0 : -1;
  }, [first, choosesFirst]);
  const move = (by: number) => {
    if (options.length === 0) return;
    const to = Math.max(choosesFirst ? 0 : -1, Math.min(options.length - 1, at.value + by));
    at.value = to;
    if (to === options.length - 1) onEnd?.();
    document.getElementById(optionId(to))?.scrollIntoView({ block: "nearest" });
  };
  const run = (option: Option, isElsewhere: boolean) => {
    if (isElsewhere && option.href !== undefined) {
      window.open(option.href, "_blank", "noopener");
      return;
    }
    // The focus goes back to where it was before what is run moves it.
    if (!option.staysOpen) close();
    option.run();
  };
  const isWaiting = useRef(false);
  useLayoutEffect(() => {
    isWaiting.current = false;
  }, [value]);
  useLayoutEffect(() => {
    const [option] = options;
    if (isStale || !isWaiting.current) return;
    isWaiting.current = false;
    if (option !== undefined) run(option, false);
  }, [isStale]);
  const wait = () => {
    isWaiting.current = true;
  };
  return { at: Math.min(at.value, options.length - 1), move, run, wait };
}

type OptionListProps = { label: string; options: readonly Option[]; list: Chosen; onEnd: (() => void) | undefined };

function OptionList({ label, options, list, onEnd }: OptionListProps) {
  const onScroll = (event: TargetedEvent<HTMLElement>) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) onEnd?.();
  };
  return (
    <div id={LIST} class="finder-list" role="listbox" aria-label={label} onScroll={onScroll}>
      {options.map((option, number) => (
        <Fragment key={option.id}>
          {option.heading !== undefined && (
            <div class="finder-heading" role="presentation">
              {option.heading}
            </div>
          )}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus. */}
          <div
            id={optionId(number)}
            class="finder-option"
            role="option"
            tabIndex={-1}
            aria-selected={number === list.at}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={(event) => list.run(option, event.ctrlKey || event.metaKey)}
            onAuxClick={(event) => event.button === 1 && list.run(option, true)}
          >
            {option.content}
          </div>
        </Fragment>
      ))}
    </div>
  );
}
