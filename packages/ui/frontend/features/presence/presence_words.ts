/** What is said of those who are at a ticket. */
import type { Level, Present } from "../../api/wire.ts";
import { t, tn } from "../../i18n/translate.ts";
import { spellHidden } from "../../ui/text/hidden_characters.ts";

/** Return a sentence for those who write, and one for those who look; many are one name and a number. */
export function presenceWords(people: readonly Present[]): string[] {
  return [sentence(namesOf(people, "writing"), WRITING), sentence(namesOf(people, "viewing"), VIEWING)].filter(
    (words) => words !== "",
  );
}

type Sentences = {
  one: (name: string) => string;
  two: (name: string, other: string) => string;
  more: (name: string, count: number) => string;
};

const WRITING: Sentences = {
  one: (name) => t("{name} is writing", { name }),
  two: (name, other) => t("{name} and {other} are writing", { name, other }),
  more: (name, count) =>
    tn("{name} and {count} other are writing", "{name} and {count} others are writing", count, { name }),
};

const VIEWING: Sentences = {
  one: (name) => t("{name} is looking at this", { name }),
  two: (name, other) => t("{name} and {other} are looking at this", { name, other }),
  more: (name, count) =>
    tn("{name} and {count} other are looking at this", "{name} and {count} others are looking at this", count, {
      name,
    }),
};

function sentence([name, other, ...rest]: string[], { one, two, more }: Sentences): string {
  if (name === undefined) return "";
  if (other === undefined) return one(name);
  return rest.length === 0 ? two(name, other) : more(name, rest.length + 1);
}

function namesOf(people: readonly Present[], level: Level): string[] {
  return people.filter((one) => one.level === level).map(({ name }) => isolate(name));
}

/** Keep the direction of a name to itself: the words around it stay where they are. */
function isolate(name: string): string {
  return `\u2068${spellHidden(name)}\u2069`;
}
