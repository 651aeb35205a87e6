/** Where the panel of a ticket has room: a column next to the thread, a row under its head, or a sheet over it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export type PanelPlace = "column" | "row" | "sheet";

// As the style has it.
const PHONE = "(max-width: 52rem)";
const COLUMN_REM = 58;

export function usePanelPlace(): PanelPlace {
  const place = useSignal<PanelPlace>(placeNow());
  useEffect(() => {
    const main = document.getElementById("main");
    if (main === null) return undefined;
    const observer = new ResizeObserver(() => {
      place.value = placeNow();
    });
    observer.observe(main);
    return () => observer.disconnect();
  }, []);
  return place.value;
}

function placeNow(): PanelPlace {
  if (matchMedia(PHONE).matches) return "sheet";
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const width = document.getElementById("main")?.clientWidth ?? 0;
  return width >= COLUMN_REM * rem ? "column" : "row";
}
