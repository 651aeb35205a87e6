/** A call that outlives its page: what is sent while the page is being left. No one reads its answer. */
import { jsonRequest, type Method, type Params, projectUrl } from "./client.ts";

/** Where another user has signed in meanwhile, it is refused, and waits in the browser for `user`. */
export function sendLast<M extends Method>(project: string, user: string, method: M, params: Params<M>): void {
  const request = jsonRequest({ jsonrpc: "2.0", id: 1, method, params }, user);
  // Browsers refuse a large one: it is sent when the page is next opened.
  fetch(projectUrl(project, "rpc"), { ...request, keepalive: true, credentials: "same-origin" }).catch(() => {});
}
