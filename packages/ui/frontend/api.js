// @ts-check
/** Calls to a project's ticket server, through the page's own address. */

// A write on a slow disk behind a slow network; longer than this a person takes it for lost.
const CALL_TIMEOUT_MS = 15_000;
export const UNAUTHENTICATED = -32003;
export const NOT_FOUND = -32001;
const NO_ANSWER = "no-answer";

let calls = 0;

/** A failure in words for the person at the page: a message, and what to do about it when we know. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {{code?: number, reason?: string, hint?: string, faults?: string[]}} [details]
   */
  constructor(message, { code = 0, reason = "", hint = "", faults = [] } = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.hint = hint;
    this.faults = faults;
  }

  /** Nobody decided anything: the same call may succeed a moment later. */
  get isTransient() {
    return this.reason === NO_ANSWER || this.reason === "unreachable" || this.reason === "protocol-violation";
  }
}

/**
 * The address of one of a project's documents; relative, because a router may have put a prefix before ours.
 * @param {string} project
 * @param {string} path
 */
export function projectUrl(project, path) {
  return new URL(`projects/${encodeURIComponent(project)}/${path}`, document.baseURI);
}

/**
 * Call one method; throws ApiError.
 * @param {string} project
 * @param {string} method
 * @param {Record<string, unknown>} [params]
 * @returns {Promise<any>}
 */
export async function call(project, method, params = {}) {
  calls += 1;
  const body = JSON.stringify({ jsonrpc: "2.0", id: calls, method, params });
  const answer = await fetched(projectUrl(project, "rpc"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  if (answer.error) throw failureOf(answer.error);
  return answer.result;
}

/**
 * The demo users that the picker offers.
 * @param {string} project
 * @returns {Promise<import("./types.js").User[]>}
 */
export async function people(project) {
  const answer = await fetched(projectUrl(project, "people"), {});
  if (answer.error) throw failureOf(answer.error);
  return answer.result.users;
}

/** A random text that makes a retry of the same send safe. Also there on plain http, unlike randomUUID. */
export function clientToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {URL} url
 * @param {RequestInit} options
 * @returns {Promise<any>}
 */
async function fetched(url, options) {
  try {
    const response = await fetch(url, {
      ...options,
      credentials: "same-origin",
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return await response.json();
  } catch {
    // What fetch throws differs from browser to browser and tells a person nothing.
    throw new ApiError("The support desk did not answer", {
      reason: NO_ANSWER,
      hint: "Check the connection; your text is kept.",
    });
  }
}

/** @param {any} error */
function failureOf(error) {
  const data = error.data ?? {};
  return new ApiError(String(error.message), {
    code: Number(error.code),
    reason: String(data.reason ?? ""),
    hint: String(data.hint ?? ""),
    faults: Array.isArray(data.faults) ? data.faults.map(String) : [],
  });
}
