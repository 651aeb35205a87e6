/** Who else is at a ticket, at the end of the line under its title: it comes and goes without moving what is below. */
import type { ComponentChildren } from "preact";
import type { Project } from "../../stores/project.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { presenceWords } from "./presence_words.ts";
import { WritingDots } from "./writing_dots.tsx";

// What fits next to the words; the others are a number in them.
const SHOWN = 3;

export function PresenceLine({ project, ticketId }: { project: Project; ticketId: number }) {
  const people = project.presence.of(ticketId).value;
  if (people.length === 0) return null;
  return (
    <p class="presence">
      {people.slice(0, SHOWN).map((one) => (
        <Avatar key={one.user_id} id={one.user_id} name={one.name} />
      ))}
      {presenceWords(people).map((words) => (
        <span key={words} class="presence-words">
          {isolateNames(words)}
        </span>
      ))}
      {people.some((one) => one.level === "writing") && <WritingDots />}
    </p>
  );
}

/** Each name is an element that isolates it: the marks that do it in a text would be shown, as all that are hidden. */
function isolateNames(words: string): ComponentChildren {
  const pieces = words.split(/[\u2068\u2069]/);
  return pieces.map((piece, place) => (place % 2 === 1 ? <bdi key={place}>{piece}</bdi> : piece));
}
