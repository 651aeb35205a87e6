/** Signing in to a project and out of it, through the page's own address. */
import { checkUser } from "./checks.ts";
import { postTo, projectCall } from "./client.ts";
import type { ProjectInfo, User } from "./wire.ts";

/** Each throws `ApiError`. */
export type SignInApi = {
  /** What a project tells everybody: its name, and how users sign in. */
  info: () => Promise<ProjectInfo>;
  /** Have a link and a code sent; succeeds for unknown addresses too. */
  requestLink: (email: string) => Promise<void>;
  /** Sign in by the code that was sent to an address. */
  redeemCode: (email: string, code: string) => Promise<User>;
  /** Return what the browser is asked with for a passkey. */
  passkeyOptions: () => Promise<string>;
  /** Sign in by what a passkey has signed. */
  redeemPasskey: (credential: string) => Promise<User>;
  /** Begin to sign in at the provider; returns the address to go to. */
  startAtProvider: () => Promise<string>;
  /** End the session of this browser, or of this device. */
  signOut: () => Promise<void>;
};

/** Return how to sign in to a project. */
export function projectSignIn(project: string): SignInApi {
  const redeem = async (path: string, proof: object) => {
    const { user } = await postTo<{ user: User }>(project, path, proof);
    return checkUser(user);
  };
  return {
    info: () => projectCall(project)("project.info"),
    requestLink: async (email) => {
      await postTo<boolean>(project, "sign-in/request", { email });
    },
    redeemCode: (email, code) => redeem("sign-in/redeem", { email, code }),
    passkeyOptions: async () => (await postTo<{ options: string }>(project, "sign-in/passkey/start", {})).options,
    redeemPasskey: (credential) => redeem("sign-in/passkey", { credential }),
    startAtProvider: async () => (await postTo<{ url: string }>(project, "sign-in/oidc", {})).url,
    signOut: async () => {
      await postTo<unknown>(project, "sign-out", {});
    },
  };
}
