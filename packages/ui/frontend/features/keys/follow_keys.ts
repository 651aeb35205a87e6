/** Does what the keys say. */
import { keySetting } from "../../app.ts";
import type { Bindings } from "../../stores/keys/key_map.ts";
import { type Action, runAction, takesKeys } from "../commands/action.ts";
import { ACTIONS, actionNamed } from "../commands/actions.ts";
import { overlay } from "../commands/overlays.ts";
import { KeyReader, type Read } from "./key_reader.ts";
import { keyMap } from "./key_settings.ts";
import { isCharacterKey, strokeOf } from "./strokes.ts";

// The time in which a text that an action leads to has the focus: what is typed meanwhile is meant for it.
const MUTED_MS = 300;

const TEXTS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

export function followKeys(): void {
  const reader = new KeyReader();
  let mutedUntil = 0;
  document.addEventListener("keydown", (event) => {
    // What it was opened for has the focus.
    if (isInDialog() || isTyping(event.target)) mutedUntil = 0;
    const read = readKey(event, reader);
    if (read === null) return;
    event.preventDefault();
    const action = read === "waiting" ? undefined : actionNamed(read.action);
    if (action === undefined || event.timeStamp < mutedUntil || isNeedlessRepeat(event, action)) return;
    if (action.opensText) mutedUntil = event.timeStamp + MUTED_MS;
    runAction(action);
  });
}

/** Return what a key comes to; null where it is not for the page. */
function readKey(event: KeyboardEvent, reader: KeyReader): Read {
  const stroke = event.defaultPrevented || isInDialog() ? null : strokeOf(event);
  if (stroke === null) return null;
  if (isTyping(event.target) && isCharacterKey(stroke)) {
    reader.reset();
    return null;
  }
  return reader.read(stroke, bindingsNow());
}

/** A key that is held down moves on, and does nothing else again and again. */
function isNeedlessRepeat(event: KeyboardEvent, action: Action): boolean {
  return event.repeat && action.group !== "list";
}

/** A dialog takes all keys: one that is on its way, too, and none that was closed a moment ago. */
function isInDialog(): boolean {
  if (document.querySelector("dialog[open]") !== null) return true;
  // One that is drawn and not open was closed.
  return overlay.peek() !== null && document.querySelector("dialog") === null;
}

/** A box takes no letters, and neither does a text of a dialog that was closed: it has the focus until the next picture. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && (target.closest(TEXTS)?.checkVisibility() ?? false);
}

/** Return the bindings of what can be run now. */
function bindingsNow(): Bindings {
  const known = ACTIONS.filter((action) => takesKeys(action)).map((action) => [action.id, keysOf(action)] as const);
  return Object.fromEntries(known);
}

/** Where the keys are off, those with Ctrl stay, and the list of the keys shows how to turn them on. */
function keysOf({ id }: Action): readonly string[] {
  const keys = keyMap.of(id);
  return keySetting.isOn.peek() || id === "help" ? keys : keys.filter((key) => !isCharacterKey(key));
}
