/**
 * What a problem is called for who does not run the desk.
 *
 * Servers write their errors for programs and for those who run them: names of methods, settings and commands help
 * an admin, and no one else. What names none of them is shown as it is; in a page of another language than theirs, it
 * follows what the page itself says of the reason.
 */
import type { ApiError } from "../api/errors.ts";
import { spokenLanguage, t } from "../i18n/translate.ts";

/** The language of servers. */
export const ENGLISH = "en";

/** `original` is what the server said, in its own language. */
export type Words = { message: string; hint: string; faults: readonly string[]; original: readonly string[] };

/** Names of methods, settings, options, params, paths and programs, and what customers have nothing of. */
const INSIDE = [
  /hero_assistance|hero_proc|buildenv|nox\b/i,
  // `project.update`, `rpc.sock`, an address of a host; and `page_address`, `OIDC_ISSUER`.
  /\w\.\w/,
  /\w_\w/,
  // `--as USER`, `/var/lib`, `{"entries": []}`, `[::1]:9770` and what is quoted as code.
  /(^|\s)-{1,2}[a-z]|(^|[\s(])\/\w|[`{}[\]<>=]/i,
  /\b(logs?|shell|sockets?|database|operators?|supervisor|secrets?|settings?|params?|headers?|json|method|document)\b/i,
  /\b(dev mode|source tree|ticket server|release|backup|traceback|client token|protocol|http|tcp|tls)\b/i,
  /\b(mycelium|tun|getent|disk|event stream|localhost|imaps|ip address|batch|bind)\b|: (true|false)\b/i,
];

/** Whose address it is knows it, as that of who signs in. */
const ADDRESS = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;

/** Whether a sentence says nothing that is only of use to who runs the desk. */
export function isPlain(sentence: string): boolean {
  const said = sentence.replace(ADDRESS, "address");
  return !INSIDE.some((pattern) => pattern.test(said));
}

/** Return the words for an admin, who can do something about it, or for all others. */
export function wordsOf(problem: ApiError, isAdmin: boolean): Words {
  const { message, hint, faults, reason } = problem;
  // The page says in words of its own what a server has answered.
  if (!problem.isOfServer && "reason" in problem.data) return { message, hint, faults, original: [] };
  const own = OWN_WORDS[reason] ?? ANY;
  const isHidden = !isAdmin && DEFECTS.has(reason);
  if (problem.isOfServer && spokenLanguage() !== ENGLISH) {
    const said = [message, ...faults, hint].filter((sentence) => sentence !== "" && (isAdmin || isPlain(sentence)));
    return { ...own, faults: [], original: isHidden ? [] : said };
  }
  if (isAdmin) return { message, hint, faults, original: [] };
  if (isHidden) return { ...own, faults: [], original: [] };
  return {
    // What the page says itself is for its readers, with all that it quotes of what they typed.
    message: !problem.isOfServer || isPlain(message) ? message : own.message,
    hint: hint !== "" && isPlain(hint) ? hint : own.hint,
    faults: faults.filter(isPlain),
    original: [],
  };
}

type OwnWords = { message: string; hint: string };

/** What went wrong inside: its own words are of no use to anybody but who mends it. */
const DEFECTS = new Set(["page-defect", "internal-error", "protocol-violation", "answer-too-large"]);

const KEPT = t("What you wrote is kept.");
const LATER = t("Please try again in a minute. What you wrote is kept.");
const ANY: OwnWords = { message: t("That did not work"), hint: "" };
const BROKEN: OwnWords = { message: t("The support desk has a problem"), hint: LATER };

const OWN_WORDS: Record<string, OwnWords> = {
  unreachable: { message: t("The support desk cannot be reached"), hint: LATER },
  unavailable: { message: t("The support desk cannot do that now"), hint: LATER },
  "no-answer": { message: t("The support desk did not answer"), hint: KEPT },
  "internal-error": BROKEN,
  "protocol-violation": BROKEN,
  "answer-too-large": BROKEN,
  "page-defect": {
    message: t("The page failed to show this"),
    hint: t("Load the page again; what you wrote is kept."),
  },
  "method-not-found": {
    message: t("This page is older than the support desk"),
    hint: t("Load the page again; what you wrote is kept."),
  },
  conflict: { message: t("This has changed in the meantime"), hint: t("Look at it again, then try once more.") },
  forbidden: { message: t("You may not do this"), hint: t("Ask the support team if you need it.") },
  "not-found": { message: t("This is not here, or not for you"), hint: "" },
  unauthenticated: { message: t("You are not signed in"), hint: t("Sign in, and try again.") },
  "another-user": {
    message: t("Another user has signed in in this browser"),
    hint: t("What you wrote waits here until you sign in again."),
  },
  deactivated: { message: t("You have no access any more"), hint: t("Ask the support team if you need it.") },
};
