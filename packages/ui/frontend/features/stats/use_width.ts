/** How wide an element is, so that what is drawn in it has lines and letters of their own size. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

export function useWidth<Kind extends Element>(usual: number): { ref: RefObject<Kind | null>; width: number } {
  const ref = useRef<Kind>(null);
  const width = useSignal(usual);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) width.value = Math.max(200, Math.round(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width: width.value };
}
