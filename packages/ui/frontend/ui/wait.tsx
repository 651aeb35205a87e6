/** How long until an action may be tried again, counted down. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { formatWait } from "../i18n/words.ts";

const TICK_MS = 1_000;

export function Wait({ until }: { until: number }) {
  const left = useSignal(until - Date.now());
  useEffect(() => {
    const tick = () => {
      left.value = until - Date.now();
      if (left.value <= 0) clearInterval(ticking);
    };
    const ticking = setInterval(tick, TICK_MS);
    tick();
    return () => clearInterval(ticking);
  }, [until]);
  // It is read out once with the problem that it belongs to, not each second.
  return (
    <p class="problem-hint" role="timer" aria-live="off">
      {formatWait(left.value / 1000)}
    </p>
  );
}
