/** Signing in to a project and out of it, through the page's own address. */
import { checkUser } from "./checks.ts";
import { postTo, projectCall } from "./client.ts";
import type { ProjectInfo, User } from "./wire.ts";

export type SignInApi = {
  /** What a project tells everybody: its name, and how users sign in; throws `ApiError`. */
  info: () => Promise<ProjectInfo>;
  /** Have a link and a code sent; succeeds for unknown addresses too. Throws `ApiError`. */
  requestLink: (email: string) => Promise<void>;
  /** Sign in by the code that was sent to an address; throws `ApiError`. */
  redeemCode: (email: string, code: string) => Promise<User>;
  /** End the session of this browser, or of this device; throws `ApiError`. */
  signOut: () => Promise<void>;
};

/** Return how to sign in to a project. */
export function projectSignIn(project: string): SignInApi {
  return {
    info: () => projectCall(project)("project.info"),
    requestLink: async (email) => {
      await postTo<boolean>(project, "sign-in/request", { email });
    },
    redeemCode: async (email, code) => {
      const { user } = await postTo<{ user: User }>(project, "sign-in/redeem", { email, code });
      return checkUser(user);
    },
    signOut: async () => {
      await postTo<unknown>(project, "sign-out", {});
    },
  };
}
