/** The last texts of a kind that a user has typed or chosen in this browser; forgotten as they sign out. */
import { ownStorage } from "../../app.ts";
import { perUser } from "../../stores/per_user.ts";
import type { Project } from "../../stores/project.ts";
import { RecentTexts } from "../../stores/search/recent_texts.ts";

/** Return the function that gives those of a project's user; `kind` is a part of the name that they are kept by. */
export function recentTextsOf(kind: string): (project: Project) => RecentTexts {
  return perUser((project) => {
    const user = project.session.me.peek()?.user_id ?? "";
    const recent = new RecentTexts(() => ownStorage, `${kind}/${project.id}/${user}`);
    return Object.assign(recent, { close: () => recent.clear() });
  });
}
