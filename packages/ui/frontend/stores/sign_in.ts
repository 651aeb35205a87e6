/** Signing in to one project: an address is asked for, then the code that was sent there. */
import { batch, signal } from "@preact/signals-core";
import { type ApiError, toApiError } from "../api/errors.ts";
import type { SignInApi } from "../api/sign_in.ts";

// A foreign project may call itself anything.
const LONGEST_NAME = 80;

export type SignInStep = "address" | "code";

export class SignIn {
  readonly step = signal<SignInStep>("address");
  /** The address that the code was sent to. */
  readonly email = signal("");
  readonly isBusy = signal(false);
  readonly problem = signal<ApiError | null>(null);
  /** Whether a letter was asked for, and whether it is not the first. */
  readonly wasSent = signal(false);
  readonly wasSentAgain = signal(false);
  /** The name that the project gives itself; empty until it is known. */
  readonly name = signal("");
  /** Whether the desk sends letters; where it does not, its operator hands out codes. */
  readonly sendsLetters = signal(true);
  readonly #api: SignInApi;
  readonly #signedIn: () => void;

  constructor(api: SignInApi, signedIn: () => void) {
    this.#api = api;
    this.#signedIn = signedIn;
  }

  /** Learn how users sign in here; a project that does not tell is asked as any other. */
  async learn(): Promise<void> {
    try {
      const { name, sign_in: ways } = await this.#api.info();
      batch(() => {
        if (typeof name === "string") this.name.value = name.slice(0, LONGEST_NAME);
        this.sendsLetters.value = ways?.link !== false;
      });
    } catch {
      // What is asked next says what is wrong.
    }
  }

  /** Ask for a link and a code. */
  async request(email: string): Promise<void> {
    const address = email.trim();
    await this.#run(async () => {
      await this.#api.requestLink(address);
      batch(() => {
        this.wasSentAgain.value = this.wasSent.value;
        this.wasSent.value = true;
        this.email.value = address;
        this.step.value = "code";
      });
    });
  }

  /** Go on to a code that somebody has already: to ask for another one would end it. */
  enterCode(email: string): void {
    batch(() => {
      this.problem.value = null;
      this.wasSent.value = false;
      this.email.value = email.trim();
      this.step.value = "code";
    });
  }

  /** Sign in by the code; what people copy around the digits does not count. */
  async redeem(code: string): Promise<void> {
    await this.#run(async () => {
      await this.#api.redeemCode(this.email.value, code.replace(/[\s-]/g, ""));
      this.restart();
      this.#signedIn();
    });
  }

  /** Ask for another address. */
  restart(): void {
    batch(() => {
      this.step.value = "address";
      this.problem.value = null;
      this.wasSent.value = false;
      this.wasSentAgain.value = false;
    });
  }

  async #run(work: () => Promise<void>): Promise<void> {
    if (this.isBusy.value) return;
    batch(() => {
      this.isBusy.value = true;
      this.problem.value = null;
    });
    try {
      await work();
    } catch (error) {
      this.problem.value = toApiError(error);
    } finally {
      this.isBusy.value = false;
    }
  }
}
