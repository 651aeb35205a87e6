/** Gives an action another key: the next that is pressed, or two of them; a key that another action has is said first. */
import { useSignal } from "@preact/signals";
import type { TargetedKeyboardEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { Action } from "../commands/action.ts";
import { actionNamed } from "../commands/actions.ts";
import { KeyList } from "./key_list.tsx";
import { SEQUENCE_MS } from "./key_reader.ts";
import { keyMap } from "./key_settings.ts";
import { isUsable, strokeOf } from "./strokes.ts";

type State = { kind: "idle" } | { kind: "waiting" } | { kind: "taken"; binding: string; by: string };

export function KeyChange({ action }: { action: Action }) {
  const state = useSignal<State>({ kind: "idle" });
  const set = (binding: string) => {
    keyMap.set(action.id, binding);
    desk.announcement.value = t("{action} has the key {key} now", { action: action.words, key: binding });
    state.value = { kind: "idle" };
  };
  const offer = (binding: string) => {
    const by = keyMap.takenBy(binding, action.id);
    if (by === null) set(binding);
    else state.value = { kind: "taken", binding, by };
  };
  if (state.value.kind === "waiting") {
    // The field also loses the focus as its key is taken.
    const cancel = () => {
      if (state.peek().kind === "waiting") state.value = { kind: "idle" };
    };
    return <Waiting words={action.words} offer={offer} cancel={cancel} />;
  }
  if (state.value.kind === "taken") {
    const { binding, by } = state.value;
    return (
      <span class="key-taken" role="alert">
        <KeyList bindings={[binding]} /> {t("is the key of “{action}”", { action: actionNamed(by)?.words ?? by })}
        <button type="button" class="button button-small" onClick={() => set(binding)}>
          {t("Use it here")}
        </button>
        <button type="button" class="button button-small" onClick={() => (state.value = { kind: "idle" })}>
          {t("Cancel")}
        </button>
      </span>
    );
  }
  return <Buttons action={action} begin={() => (state.value = { kind: "waiting" })} />;
}

function Buttons({ action, begin }: { action: Action; begin: () => void }) {
  const isTaken = useSignal(false);
  const reset = () => {
    isTaken.value = !keyMap.reset(action.id);
  };
  return (
    <span class="key-buttons">
      {isTaken.value && (
        <span class="key-taken" role="alert">
          {t("Another action has this key now")}
        </span>
      )}
      <button type="button" class="button button-small" onClick={begin}>
        {t("Change")}
        <span class="unseen"> {action.words}</span>
      </button>
      {keyMap.isChanged(action.id) && (
        <button type="button" class="button button-small" onClick={reset}>
          {t("Reset")}
          <span class="unseen"> {action.words}</span>
        </button>
      )}
      {keyMap.of(action.id).length > 0 && (
        <button type="button" class="button button-small" onClick={() => keyMap.set(action.id, null)}>
          {t("Remove")}
          <span class="unseen"> {action.words}</span>
        </button>
      )}
    </span>
  );
}

type WaitingProps = { words: string; offer: (binding: string) => void; cancel: () => void };

/** Takes the next key; after a letter a moment is waited for a second one. Escape, or another click, takes it back. */
function Waiting({ words, offer, cancel }: WaitingProps) {
  const field = useRef<HTMLButtonElement>(null);
  const first = useSignal("");
  const refused = useSignal("");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // Not after the next picture: the key may come before it.
  useLayoutEffect(() => {
    field.current?.focus();
    return () => clearTimeout(timer.current);
  }, []);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const stroke = strokeOf(event);
    event.stopPropagation();
    if (stroke === "Tab" || stroke === "Shift+Tab") return;
    event.preventDefault();
    if (stroke === null || event.repeat) return;
    if (stroke === "Escape") cancel();
    else if (!isUsable(stroke)) refused.value = stroke;
    else take(stroke);
  };
  const take = (stroke: string) => {
    clearTimeout(timer.current);
    if (first.value !== "") {
      offer(`${first.value} ${stroke}`);
    } else if (/^(Ctrl|Alt)\+/.test(stroke)) {
      offer(stroke);
    } else {
      first.value = stroke;
      // A second key makes it one after another: `g` and then `h`.
      timer.current = setTimeout(() => offer(stroke), SEQUENCE_MS);
    }
  };
  return (
    <button ref={field} type="button" class="button button-small key-waiting" onKeyDown={onKeyDown} onBlur={cancel}>
      {refused.value === "" ? t("Press a key") : t("{key} has a use of its own: press another", { key: refused.value })}
      {first.value !== "" && <KeyList bindings={[first.value]} />}
      <span class="unseen"> {words}</span>
    </button>
  );
}
