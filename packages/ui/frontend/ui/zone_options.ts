/** The time zones that a user may choose from, in their own order and as people read them. */
import { listZones } from "../stores/stats/zones.ts";

/** Return the name of each zone with its words; `known` is among them, also where the browser does not list it. */
export function zoneOptions(known = ""): Array<[name: string, words: string]> {
  return listZones(known).map((name) => [name, name.replaceAll("_", " ")]);
}
