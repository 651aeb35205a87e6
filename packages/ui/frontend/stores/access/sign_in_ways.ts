/** How users can sign in here: what the project offers, and what this browser can do at this address. */
import type { Authenticator } from "../../api/passkeys.ts";
import type { ProjectInfo } from "../../api/wire.ts";

const MOST_PROVIDERS = 8;
const LONGEST_NAME = 80;

/** Where the page is, and what its browser has; there is none of it for a project of another machine. */
export type OwnPage = {
  /** The address of the page's root. */
  root: string;
  authenticator: Authenticator | null;
};

export type SignInWays = {
  /** Whether the desk sends letters; where it does not, its operator hands out links and codes. */
  letters: boolean;
  passkey: boolean;
  /** The names of the providers. */
  providers: string[];
  /** Where the ways are that are not offered here: the page's own address. Empty where all are here. */
  elsewhere: string;
};

export const LETTERS_ALONE: SignInWays = { letters: true, passkey: false, providers: [], elsewhere: "" };

/** Return the ways that a project's answer offers; an answer of another shape offers letters alone. */
export function findWays(info: Partial<ProjectInfo>, page: OwnPage | null): SignInWays {
  const { sign_in: told, page_address: address } = info;
  const letters = told?.link !== false;
  if (page === null) return { ...LETTERS_ALONE, letters };
  const own = parseAddress(address);
  const root = new URL(page.root);
  // Passkeys belong to an origin; what a provider sends back goes to the page's one address.
  const isSameOrigin = own?.origin === root.origin;
  const isSamePage = own === null || own.href === root.href;
  const passkey = told?.passkey === true && isSameOrigin && page.authenticator !== null;
  const offered = readNames(told?.oidc);
  const hasMore = own !== null && ((told?.passkey === true && !isSameOrigin) || (offered.length > 0 && !isSamePage));
  return { letters, passkey, providers: isSamePage ? offered : [], elsewhere: hasMore ? own.href : "" };
}

function parseAddress(address: unknown): URL | null {
  if (typeof address !== "string" || !/^https?:\/\//.test(address)) return null;
  try {
    return new URL(address.endsWith("/") ? address : `${address}/`);
  } catch {
    return null;
  }
}

function readNames(names: unknown): string[] {
  if (!Array.isArray(names)) return [];
  const texts = names.filter((name): name is string => typeof name === "string" && name !== "");
  return texts.slice(0, MOST_PROVIDERS).map((name) => name.slice(0, LONGEST_NAME));
}
