/** A user's initials, in a colour that stays theirs. */

const HUES = 8;

export function Avatar({ id, name, large = false }: { id: string; name: string; large?: boolean }) {
  const size = large ? "avatar avatar-large" : "avatar";
  return (
    <span class={`${size} hue-${hueOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

function initialsOf(name: string): string {
  return name
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();
}

/** FNV-1a, whose middle bits spread short names well. */
function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 8) % HUES;
}
