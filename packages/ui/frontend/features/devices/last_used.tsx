/** When a device or a passkey was last used. */
import { tx } from "../../i18n/translate.ts";
import { Age } from "../../ui/chips.tsx";

export function LastUsed({ time }: { time: number }) {
  return <>{tx("last used: {time}", { time: <Age time={time} /> })}</>;
}
