/** Merging two tickets: the other one is looked for, then both stand side by side with what will happen. */
import { useSignal } from "@preact/signals";
import { t, tn } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { useModal } from "../../ui/hooks/use_modal.ts";
import { useCloseOverlay } from "../commands/overlays.ts";
import { MergePreview } from "./merge_preview.tsx";
import { TicketPicker } from "./ticket_picker.tsx";

type MergeDialogProps = { project: Project; ticketId: number; other: number | null; rest?: readonly number[] };

export function MergeDialog({ project, ticketId, other, rest = [] }: MergeDialogProps) {
  const chosen = useSignal(other);
  if (chosen.value === null) {
    return <TicketPicker project={project} ticketId={ticketId} choose={(id) => (chosen.value = id)} />;
  }
  return (
    <Preview
      project={project}
      ticketId={ticketId}
      other={chosen.value}
      // One of them may have been picked to come first.
      rest={rest.filter((id) => id !== chosen.value)}
      pickAnother={() => (chosen.value = null)}
    />
  );
}

type PreviewProps = {
  project: Project;
  ticketId: number;
  other: number;
  rest: readonly number[];
  pickAnother: () => void;
};

function Preview({ project, ticketId, other, rest, pickAnother }: PreviewProps) {
  const { dialog, close } = useModal(useCloseOverlay());
  return (
    <dialog {...dialog} class="merge" aria-labelledby="merge-title">
      <h2 id="merge-title">{t("Merge two tickets")}</h2>
      {rest.length > 0 && (
        <p class="merge-facts">
          {tn("Then {count} more is merged with it.", "Then {count} more are merged with it.", rest.length)}
        </p>
      )}
      <MergePreview
        project={project}
        one={ticketId}
        other={other}
        rest={rest}
        close={close}
        pickAnother={pickAnother}
      />
    </dialog>
  );
}
