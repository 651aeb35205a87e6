/** The files of a text: added by a button, by pasting and by dropping; kept for the text while the page is open. */
import { type Signal, useSignal } from "@preact/signals";
import { projectUpload } from "../../api/upload.ts";
import type { Project } from "../../stores/project.ts";
import { Uploads } from "../../stores/tickets/uploads.ts";

const kept = new Map<string, Uploads>();

export function uploadsFor(project: Project, key: string): Uploads {
  const place = `${project.id} ${key}`;
  const known = kept.get(place);
  if (known !== undefined) return known;
  const uploads = new Uploads(projectUpload(project.id), project.call);
  kept.set(place, uploads);
  return uploads;
}

type Handlers = {
  onPaste: (event: ClipboardEvent) => void;
  onDragOver: (event: DragEvent) => void;
  onDragLeave: (event: DragEvent) => void;
  onDrop: (event: DragEvent) => void;
};

/** Return what a form listens to, and whether files are held above it. */
export function useFileDrop(uploads: Uploads): { handlers: Handlers; isOver: Signal<boolean> } {
  const isOver = useSignal(false);
  const handlers: Handlers = {
    onPaste: (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // Text from a program of tables comes with a picture of it; it is meant as text.
      if (files.length === 0 || event.clipboardData?.types.includes("text/plain")) return;
      event.preventDefault();
      uploads.add(files);
    },
    onDragOver: (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      isOver.value = true;
    },
    onDragLeave: (event) => {
      const inside = (event.currentTarget as HTMLElement).contains(event.relatedTarget as Node | null);
      if (!inside) isOver.value = false;
    },
    onDrop: (event) => {
      isOver.value = false;
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      uploads.add(files);
    },
  };
  return { handlers, isOver };
}
