/** The user's own account, as they change it here, in another tab, or as an admin does. */
import type { Call, Params } from "../../api/client.ts";
import type { Event, User } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { ProjectSession } from "./project_session.ts";

export type AccountPatch = Params<"user.update_me">;

type Source = {
  call: Call;
  session: Pick<ProjectSession, "me">;
  follow: (listener: (event: Event) => void) => () => void;
  /** Fetch everything again: another role sees other things. */
  load: () => Promise<void>;
};

export class OwnAccount {
  readonly #project: Source;
  readonly #end: () => void;

  constructor(project: Source) {
    this.#project = project;
    this.#end = project.follow(({ record }) => {
      if (record?.noun === "user") this.#notice(record);
    });
  }

  /** Change what is given, and return the account; throws `ApiError`. */
  async update(patch: AccountPatch): Promise<User> {
    const saved = await this.#project.call("user.update_me", patch);
    // Another one may have signed in meanwhile.
    const { me } = this.#project.session;
    if (me.peek()?.user_id === saved.user_id) me.value = saved;
    return saved;
  }

  close(): void {
    this.#end();
  }

  /** To customers, events hide what only the team knows of users: of their own account the page knows it. */
  #notice(record: User): void {
    const { me } = this.#project.session;
    const known = me.peek();
    if (known === null || known.user_id !== record.user_id) return;
    if (known.role !== record.role) {
      void this.#project.load();
      return;
    }
    me.value = known.role === "customer" ? { ...known, name: record.name } : record;
  }
}

export const ownAccountOf = perUser(
  (project) =>
    new OwnAccount({
      call: project.call,
      session: project.session,
      follow: (listener) => project.follow(listener),
      load: () => project.load(),
    }),
);
