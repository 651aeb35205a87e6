/** What a form listens to for files: pasting and dropping. */
import { type Signal, useSignal } from "@preact/signals";

type Handlers = {
  onPaste: (event: ClipboardEvent) => void;
  onDragOver: (event: DragEvent) => void;
  onDragLeave: (event: DragEvent) => void;
  onDrop: (event: DragEvent) => void;
};

/** Return what a form listens to, and whether files are held above it; `add` takes the files. */
export function useFileDrop(add: (files: Iterable<File>) => void): { handlers: Handlers; isOver: Signal<boolean> } {
  const isOver = useSignal(false);
  const handlers: Handlers = {
    onPaste: (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // Text from a program of tables comes with a picture of it; it is meant as text.
      if (files.length === 0 || event.clipboardData?.types.includes("text/plain")) return;
      event.preventDefault();
      add(files);
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
      add(files);
    },
  };
  return { handlers, isOver };
}
