/**
 * Forgets what a browser keeps of a user who has left, or is not let in any more.
 *
 * A text that the server lacks stays for its author, and so does a message on its way; of who is no user any more,
 * nothing stays. A form of settings that was not saved goes with its user, and waits for who is to sign in again.
 */
import { editName } from "../../stores/drafts/edit_copies.ts";
import { copyName, parseCopy } from "../../stores/drafts/local_copies.ts";
import { forgetTold, TOLD } from "../../stores/news/news_claims.ts";
import { type NamedStorage, namesIn } from "../../stores/offline/placed_storage.ts";
import { pendingPrefix } from "../../stores/pending/pending_storage.ts";
import type { Leaving } from "../../stores/project_options.ts";
import { formName } from "../../stores/settings/form.ts";
import { draftKey } from "../../stores/tickets/drafts.ts";

type Rule = { isOf: (name: string) => boolean; goes: (text: string, leaving: Leaving) => boolean };

/** `storage` may throw. */
export function forgetLeftovers(storage: () => NamedStorage, project: string, user: string, leaving: Leaving): void {
  const rules = rulesOf(project, user);
  try {
    const kept = storage();
    for (const name of namesIn(kept)) {
      const text = kept.getItem(name) ?? "";
      if (rules.some(({ isOf, goes }) => isOf(name) && goes(text, leaving))) kept.removeItem(name);
    }
    forgetNews(kept, user);
  } catch {
    // Where it is switched off, nothing is kept.
  }
}

/** Which names a user has of each kind, and whether what is kept under them goes. */
function rulesOf(project: string, user: string): Rule[] {
  const goesAtLast = (_text: string, leaving: Leaving) => leaving === "deactivated";
  // The name of a user may begin that of another: what ends with it is theirs whole.
  const recents = ["searches", "commands"].map((what) => `hero_assistance.${what}/${project}/${user}`);
  return [
    { isOf: (name) => recents.includes(name), goes: () => true },
    {
      isOf: begins(`${copyName(user, project)}/`),
      goes: (text, leaving) => goesAtLast(text, leaving) || parseCopy(text)?.isSaved === true,
    },
    { isOf: begins(`${draftKey(user, "new")}/`), goes: goesAtLast },
    { isOf: begins(editName(user, project)), goes: goesAtLast },
    { isOf: begins(pendingPrefix(user, project)), goes: goesAtLast },
    { isOf: begins(formName(project, user, "")), goes: (_text, leaving) => leaving !== "ended" },
  ];
}

function begins(prefix: string): (name: string) => boolean {
  return (name) => name.startsWith(prefix);
}

function forgetNews(kept: NamedStorage, user: string): void {
  const told = kept.getItem(TOLD);
  if (told === null) return;
  const others = forgetTold(told, user);
  if (others === "") kept.removeItem(TOLD);
  else kept.setItem(TOLD, others);
}
