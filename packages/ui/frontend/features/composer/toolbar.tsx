/** What stands under a text: its files, a preview, the macros, and the button that sends. */
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import type { MessageKind, TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import type { Uploads } from "../../stores/tickets/uploads.ts";
import { Bolt, Eye } from "../../ui/icons.tsx";
import { lazyPart } from "../../ui/lazy.tsx";
import { AttachButton } from "../uploads/uploads.tsx";
import { SendButton } from "./send_button.tsx";
import type { Sending } from "./sending.ts";

const MacroPicker = lazyPart(async () => (await import("../macros/macros_part.ts")).MacroPicker);

type ToolbarProps = {
  project: Project;
  ticket: TicketSummary;
  kind: MessageKind;
  uploads: Uploads;
  isPreview: Signal<boolean>;
  isBlocked: boolean;
  send: (way: Sending) => void;
};

export function Toolbar({ project, ticket, kind, uploads, isPreview, isBlocked, send }: ToolbarProps) {
  const isStaff = project.session.isStaff.value;
  const failed = uploads.hasFailed.value;
  return (
    <div class="composer-end">
      <div class="composer-tools">
        <AttachButton uploads={uploads} />
        <button
          type="button"
          class="button tool"
          title={t("Preview")}
          data-key={isPreview.value ? "write" : undefined}
          aria-pressed={isPreview.value}
          onClick={() => {
            isPreview.value = !isPreview.value;
          }}
        >
          <Eye />
          <span class="unseen">{t("Preview")}</span>
        </button>
        {isStaff && <MacroButton project={project} ticket={ticket} />}
      </div>
      {(failed || uploads.isSending.value) && (
        <span class="upload-wait">
          {failed ? t("A file did not arrive: try it again, or remove it") : t("Files are on their way…")}
        </span>
      )}
      <span class="keys">
        <kbd>{t("Ctrl")}</kbd> <kbd>{t("Enter")}</kbd>
      </span>
      <SendButton kind={kind} isStaff={isStaff} isDisabled={isBlocked} send={send} />
    </div>
  );
}

function MacroButton({ project, ticket }: Pick<ToolbarProps, "project" | "ticket">) {
  const isOpen = useSignal(false);
  useLayoutEffect(() => {
    const open = (event: KeyboardEvent) => {
      const isKey = event.key.toLowerCase() === "m" && event.ctrlKey && !event.altKey && !event.shiftKey;
      if (!isKey || event.defaultPrevented) return;
      event.preventDefault();
      isOpen.value = true;
    };
    document.addEventListener("keydown", open);
    return () => document.removeEventListener("keydown", open);
  }, []);
  return (
    <>
      <button
        type="button"
        class="button tool"
        title={t("Run a macro (Ctrl+M)")}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        <Bolt />
        <span class="unseen">{t("Run a macro (Ctrl+M)")}</span>
      </button>
      {isOpen.value && (
        <MacroPicker
          project={project}
          ticket={ticket}
          close={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}
