/** The canned replies of an agent and of the team. */
import { perUser } from "../../stores/per_user.ts";
import { TeamItems } from "../../stores/team/team_items.ts";
import { cannedReplyPages } from "../../stores/team/team_lists.ts";

export const cannedRepliesOf = perUser(
  (project) => new TeamItems(project, "canned_reply", cannedReplyPages(project.call)),
);
