/** The canned replies, macros and saved views that an agent may change. */
import type { Params } from "../../api/client.ts";
import type { CannedReply, Macro, SavedView } from "../../api/wire.ts";
import { LONGEST_PAGE } from "../all_pages.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { cannedReplyPages, macroPages } from "../team/team_lists.ts";
import { Collection } from "./collection.ts";

export class TeamTexts {
  readonly cannedReplies: Collection<CannedReply>;
  readonly macros: Collection<Macro>;
  readonly views: Collection<SavedView>;
  readonly #project: Pick<Project, "call" | "follow">;

  constructor(project: Pick<Project, "call" | "follow">) {
    const { call } = project;
    const follow = project.follow.bind(project);
    this.#project = project;
    this.cannedReplies = new Collection({
      idOf: (reply) => reply.canned_reply_id,
      fetchPage: cannedReplyPages(call),
      itemOf: ({ record }) => (record?.noun === "canned_reply" ? record : null),
      of: "canned_reply",
      follow,
    });
    this.macros = new Collection({
      idOf: (macro) => macro.macro_id,
      fetchPage: macroPages(call),
      itemOf: ({ record }) => (record?.noun === "macro" ? record : null),
      of: "macro",
      follow,
    });
    this.views = new Collection({
      idOf: (view) => view.view_id,
      fetchPage: async (cursor) => {
        const page = await call("view.list", { cursor, limit: LONGEST_PAGE });
        return { items: page.saved.map(({ view }) => view), next: page.next_cursor };
      },
      itemOf: ({ record }) => (record?.noun === "view" ? record : null),
      of: "view",
      follow,
    });
  }

  async saveReply(reply: Params<"canned_reply.save">): Promise<CannedReply> {
    const saved = await this.#project.call("canned_reply.save", reply);
    this.cannedReplies.put(saved);
    return saved;
  }

  async deleteReply(id: number): Promise<void> {
    await this.#project.call("canned_reply.delete", { canned_reply_id: id });
    this.cannedReplies.remove(id);
  }

  async saveMacro(macro: Params<"macro.save">): Promise<Macro> {
    const saved = await this.#project.call("macro.save", macro);
    this.macros.put(saved);
    return saved;
  }

  async deleteMacro(id: number): Promise<void> {
    await this.#project.call("macro.delete", { macro_id: id });
    this.macros.remove(id);
  }

  async saveView(view: Params<"view.save">): Promise<SavedView> {
    const saved = await this.#project.call("view.save", view);
    this.views.put(saved);
    return saved;
  }

  async deleteView(id: number): Promise<void> {
    await this.#project.call("view.delete", { view_id: id });
    this.views.remove(id);
  }

  close(): void {
    for (const collection of [this.cannedReplies, this.macros, this.views]) collection.close();
  }
}

export const teamTextsOf = perUser((project) => new TeamTexts(project));
