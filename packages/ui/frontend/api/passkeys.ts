/** Passkeys, as far as browsers have them: options and answers are JSON of the server's own shape. */

import { t } from "../i18n/translate.ts";
import { ApiError } from "./errors.ts";

export type PasskeyQuestion = {
  signal?: AbortSignal;
  /** Whether the browser only offers passkeys where the user fills in a field, and asks nothing by itself. */
  isConditional?: boolean;
};

/** What makes passkeys and signs by them; both return JSON, or null where the user wanted none. Throws `ApiError`. */
export type Authenticator = {
  offersInFields: () => Promise<boolean>;
  create: (options: string) => Promise<string | null>;
  sign: (options: string, question?: PasskeyQuestion) => Promise<string | null>;
};

/** Return what this browser has; null where it has none, as on pages without TLS. */
export function findAuthenticator(): Authenticator | null {
  const known = globalThis.PublicKeyCredential;
  if (!globalThis.isSecureContext || typeof known?.parseRequestOptionsFromJSON !== "function") return null;
  return { offersInFields, create, sign };
}

async function offersInFields(): Promise<boolean> {
  return (await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false;
}

function create(options: string): Promise<string | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
  return answer(navigator.credentials.create({ publicKey }));
}

function sign(options: string, { signal, isConditional = false }: PasskeyQuestion = {}): Promise<string | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options));
  const mediation = isConditional ? { mediation: "conditional" as const } : {};
  return answer(navigator.credentials.get({ publicKey, ...mediation, ...(signal && { signal }) }));
}

async function answer(asked: Promise<Credential | null>): Promise<string | null> {
  try {
    const credential = await asked;
    return credential === null ? null : JSON.stringify((credential as PublicKeyCredential).toJSON());
  } catch (error) {
    return explain((error as Error).name);
  }
}

/** Browsers do not say whether somebody has no passkey, or did not want one: both are `NotAllowedError`. */
function explain(name: string): null {
  if (name === "NotAllowedError" || name === "AbortError") return null;
  if (name === "InvalidStateError") {
    throw new ApiError(t("This device has a passkey of yours already"), {
      hint: t("It is in the list: sign in with it."),
    });
  }
  throw new ApiError(t("This browser cannot use a passkey here"), { reason: name, hint: t("Sign in another way.") });
}
