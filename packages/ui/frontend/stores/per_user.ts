/** What lazy parts of the page know of a project: made for its user, and forgotten with them. */
import { effect } from "@preact/signals-core";
import type { Project } from "./project.ts";

export type Closable = { close(): void };

/** Return the function that gives a project's store to its parts, one for each user who signs in. */
export function perUser<Store extends Closable>(make: (project: Project) => Store): (project: Project) => Store {
  const stores = new WeakMap<Project, { user: string; store: Store }>();
  return (project) => {
    const user = project.session.me.peek()?.user_id ?? "";
    const known = stores.get(project);
    if (known?.user === user) return known.store;
    known?.store.close();
    const store = make(project);
    stores.set(project, { user, store });
    const end = effect(() => {
      if ((project.session.me.value?.user_id ?? "") === user) return;
      store.close();
      if (stores.get(project)?.store === store) stores.delete(project);
      queueMicrotask(() => end());
    });
    return store;
  };
}
