/** Whether a pointer or the focus is on something: what goes by itself stays as long. */
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";

type Handlers = {
  onPointerMove: (event: PointerEvent) => void;
  onPointerLeave: () => void;
  onFocusIn: () => void;
  onFocusOut: (event: FocusEvent) => void;
};

/** Return whether it has attention, and what it listens to for that. */
export function useAttention(): { isHeld: ReadonlySignal<boolean>; handlers: Handlers } {
  const isUnderPointer = useSignal(false);
  const hasFocus = useSignal(false);
  const isHeld = useComputed(() => isUnderPointer.value || hasFocus.value);
  const handlers: Handlers = {
    // What appears under a pointer at rest is told of it as of a move.
    onPointerMove: ({ movementX, movementY }) => {
      if (movementX !== 0 || movementY !== 0) isUnderPointer.value = true;
    },
    onPointerLeave: () => {
      isUnderPointer.value = false;
    },
    onFocusIn: () => {
      hasFocus.value = true;
    },
    onFocusOut: ({ currentTarget, relatedTarget }) => {
      hasFocus.value = (currentTarget as Node).contains(relatedTarget as Node | null);
    },
  };
  return { isHeld, handlers };
}
