/** The button that sends, and the menu of what else can be done with it. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { MessageKind } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import { Chevron, Lock, Send } from "../../ui/icons.tsx";
import { type Sending, WAYS } from "./sending.ts";

type SendButtonProps = { kind: MessageKind; isStaff: boolean; isDisabled: boolean; send: (way: Sending) => void };

export function SendButton({ kind, isStaff, isDisabled, send }: SendButtonProps) {
  if (kind === "note") {
    return (
      <button type="submit" class="button button-note" disabled={isDisabled}>
        <Lock /> {t("Save note")}
      </button>
    );
  }
  return (
    <div class="split-button">
      <button type="submit" class="button button-strong" disabled={isDisabled}>
        <Send /> {t("Send reply")}
      </button>
      {isStaff && <More isDisabled={isDisabled} send={send} />}
    </div>
  );
}

function More({ isDisabled, send }: Pick<SendButtonProps, "isDisabled" | "send">) {
  const isOpen = useSignal(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (isOpen.value) place.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [isOpen.value]);
  const close = () => {
    isOpen.value = false;
    button.current?.focus();
  };
  const choose = (way: Sending) => {
    isOpen.value = false;
    send(way);
  };
  const toggle = () => {
    isOpen.value = !isOpen.value;
  };
  return (
    <div class="split-more">
      <button
        ref={button}
        type="button"
        class="button button-strong"
        disabled={isDisabled}
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        aria-label={t("More ways to send")}
        onClick={toggle}
      >
        <Chevron />
      </button>
      {isOpen.value && (
        <div
          ref={place}
          class="split-menu"
          role="menu"
          tabIndex={-1}
          aria-label={t("More ways to send")}
          onKeyDown={(event) => takeKey(event, place.current, close)}
          onFocusOut={({ relatedTarget }) => {
            // The button closes it by itself.
            if (relatedTarget === button.current || place.current?.contains(relatedTarget as Node | null)) return;
            isOpen.value = false;
          }}
        >
          {WAYS.map(({ way, words, keys }) => (
            <button key={way} type="button" role="menuitem" tabIndex={-1} onClick={() => choose(way)}>
              {words}
              <span class="keys" aria-hidden="true">
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function takeKey(event: KeyboardEvent, place: HTMLElement | null, close: () => void): void {
  const items = [...(place?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  const step = steps[event.key];
  if (event.key === "Escape") close();
  else if (step === undefined) return;
  else items.at(step % items.length)?.focus();
  event.preventDefault();
  event.stopPropagation();
}
