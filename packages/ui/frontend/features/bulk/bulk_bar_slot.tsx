/** Where the bar of the selection stands; it is loaded when a ticket is first selected or changed by a key. */
import { lazyPart } from "../../ui/lazy.tsx";
import { isBarWanted } from "./bulk.ts";

const Bar = lazyPart(async () => (await import("./bulk_part.ts")).BulkBar);

export function BulkBar() {
  return isBarWanted.value ? <Bar /> : null;
}
