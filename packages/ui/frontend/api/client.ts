/** Calls to a project's ticket server, through the page's own address. */
import { checkUser } from "./checks.ts";
import { demoUser } from "./demo_user.ts";
import { ApiError, noAnswer, parseError } from "./errors.ts";
import { explainProxyAnswer, isOwnAnswer } from "./proxy_answers.ts";
import { inPageWords } from "./refusals.ts";
import type { Methods, User, UserList } from "./wire.ts";

// A write on a slow disk behind a slow network; after a longer wait a user takes it for lost.
const CALL_TIMEOUT_MS = 15_000;

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]["params"];
export type Result<M extends Method> = Methods[M]["result"];
/** Params may be left out where every one of them may. */
// biome-ignore lint/complexity/noBannedTypes: the type without a property is the one to compare with.
type Arguments<M extends Method> = {} extends Params<M> ? [params?: Params<M>] : [params: Params<M>];
/** Calls one method of one project; throws `ApiError`. */
export type Call = <M extends Method>(method: M, ...params: Arguments<M>) => Promise<Result<M>>;

type Answer<R> = { result: R } | { error: unknown };

let calls = 0;

/** Return the address of one of a project's documents; relative, because a router may have put a prefix before ours. */
export function projectUrl(project: string, path: string): URL {
  return new URL(`projects/${encodeURIComponent(project)}/${path}`, document.baseURI);
}

/** Return the address of something that the browser itself asks for, in the name of this window's user. */
export function ownUrl(project: string, path: string): URL {
  return demoUser.mark(projectUrl(project, path));
}

/**
 * Return the function that calls the methods of a project.
 *
 * Each call says for whom the page makes it, if `user` knows: the cookie of the session is the browser's, and another
 * user may have signed in meanwhile. Who that is, is asked without a name.
 */
export function projectCall(project: string, user: () => string | null = () => null): Call {
  return async (method, ...[params]) => {
    calls += 1;
    const body = { jsonrpc: "2.0", id: calls, method, params: params ?? {} };
    return resultOf(await post(projectUrl(project, "rpc"), body, method === "user.me" ? null : user()));
  };
}

/** Return the function that has a project tried again that was set aside. It may fail: what follows says why. */
export function projectRelease(project: string): () => Promise<void> {
  return async () => {
    try {
      await post(projectUrl(project, "retry"), {});
    } catch {
      // The next call says that nothing answers.
    }
  };
}

/** Return the demo users that the picker offers; throws `ApiError`. */
export async function listDemoUsers(project: string): Promise<User[]> {
  const answer = await fetchAnswer<UserList>(projectUrl(project, "people"), {});
  return (await resultOf(answer)).users.map(checkUser);
}

/** Send JSON to one of a project's addresses and return the result; throws `ApiError`. */
export async function postTo<R>(project: string, path: string, body: object): Promise<R> {
  return resultOf(await post<R>(projectUrl(project, path), body));
}

/** What says that the page is in a frame: a session that begins there has a cookie of its own. */
const IN_FRAME: Record<string, string> = globalThis.parent === globalThis.self ? {} : { "x-in-frame": "1" };

/** Return the headers that say for whom the page asks; a server that knows another user here refuses. */
export function pageUser(user: string | null): Record<string, string> {
  return user === null ? {} : { "X-Page-User": encodeURIComponent(user) };
}

/** Return what sends JSON in the name of this window's user; of `user` alone, if that is not null. */
export function jsonRequest(body: object, user: string | null = null): RequestInit {
  const headers = { "content-type": "application/json", ...demoUser.headers(), ...pageUser(user), ...IN_FRAME };
  return { method: "POST", headers, body: JSON.stringify(body) };
}

function post<R>(url: URL, body: object, user: string | null = null): Promise<Answer<R>> {
  return fetchAnswer(url, jsonRequest(body, user));
}

async function fetchAnswer<R>(url: URL, options: RequestInit): Promise<Answer<R>> {
  try {
    const response = await fetch(url, {
      ...options,
      credentials: "same-origin",
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    if (!isOwnAnswer(response)) throw explainProxyAnswer(response.status);
    return await response.json();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    // What fetch throws differs from browser to browser and tells a user nothing.
    throw noAnswer();
  }
}

async function resultOf<R>(answer: Answer<R>): Promise<R> {
  if ("error" in answer && answer.error) throw await inPageWords(parseError(answer.error));
  return (answer as { result: R }).result;
}
