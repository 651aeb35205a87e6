/** Keeps what a row of links marks as current in sight, where the row is wider than the screen. */
import type { Ref } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Return the reference of the row; `current` is what it marks. The row is positioned, and scrolls sideways. */
export function useCurrentInSight(current: string): Ref<HTMLElement> {
  const row = useRef<HTMLElement>(null);
  const shown = useRef<string | null>(null);
  // The row, or its link, may be drawn later than the view that it marks: once it is known who reads the page.
  useLayoutEffect(() => {
    const links = row.current;
    const link = links?.querySelector<HTMLElement>("[aria-current]");
    if (!links || !link || shown.current === current) return;
    shown.current = current;
    links.scrollLeft = link.offsetLeft - (links.clientWidth - link.offsetWidth) / 2;
  });
  return row;
}
