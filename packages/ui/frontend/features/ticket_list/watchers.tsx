/** Who is at a ticket now, in its row; what draws them is loaded with the first who comes. */
import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Project } from "../../stores/project.ts";

const part = signal<typeof import("../presence/watchers_part.ts") | null>(null);

export function Watchers({ project, ticketId }: { project: Project; ticketId: number }) {
  const people = useMemo(() => project.presence.of(ticketId), [project, ticketId]).value;
  const isWatched = people.length > 0;
  useEffect(() => {
    // One that is not there is asked for again with the next who comes.
    if (isWatched)
      import("../presence/watchers_part.ts").then(
        (loaded) => {
          part.value = loaded;
        },
        () => {},
      );
  }, [isWatched]);
  const loaded = part.value;
  return loaded !== null && isWatched ? <loaded.RowWatchers people={people} /> : null;
}
