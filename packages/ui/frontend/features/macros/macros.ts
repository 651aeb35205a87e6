/** The macros of an agent and of the team. */
import { perUser } from "../../stores/per_user.ts";
import { TeamItems } from "../../stores/team/team_items.ts";
import { macroPages } from "../../stores/team/team_lists.ts";

export const macrosOf = perUser((project) => new TeamItems(project, "macro", macroPages(project.call)));
