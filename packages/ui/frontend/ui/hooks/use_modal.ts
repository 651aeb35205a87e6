/**
 * A dialog over the page: the focus goes in, stays in, and comes back to where it was.
 *
 * It is open as soon as it is drawn, and its owner knows at once that Escape or a button has closed it: the event by which
 * browsers say so comes later than the next key may.
 */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

type Happened = Pick<Event, "target" | "currentTarget">;

export type Modal = {
  /** What the `dialog` element is given. */
  dialog: {
    ref: RefObject<HTMLDialogElement | null>;
    onCancel: (event: Happened) => void;
    onClose: () => void;
  };
  close: () => void;
};

/** Open the dialog that is drawn; `closed` has it drawn no more, and is called once, also when two things close it. */
export function useModal(closed: () => void): Modal {
  const ref = useRef<HTMLDialogElement>(null);
  const isOver = useRef(false);
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // From a dialog that is taken off the page while it is open, the focus would not come back.
    return () => {
      isOver.current = true;
      dialog?.close();
    };
  }, []);
  const close = () => {
    if (isOver.current) return;
    isOver.current = true;
    // The browser gives the focus back, before what is drawn changes.
    ref.current?.close();
    closed();
  };
  const onCancel = ({ target, currentTarget }: Happened) => {
    // A choice of files that is cancelled says so, too.
    if (target === currentTarget) close();
  };
  return { dialog: { ref, onCancel, onClose: close }, close };
}
