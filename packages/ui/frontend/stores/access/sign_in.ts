/** Signing in to one project: by the code of a letter, by a passkey, or at a provider. */
import { batch, computed, signal } from "@preact/signals-core";
import { type ApiError, toApiError } from "../../api/errors.ts";
import type { SignInApi } from "../../api/sign_in.ts";
import { findWays, LETTERS_ALONE, type OwnPage, type SignInWays } from "./sign_in_ways.ts";

// A foreign project may call itself anything.
const LONGEST_NAME = 80;
// The server takes an answer for five minutes.
const OFFER_MS = 240_000;

export type SignInStep = "address" | "code";
/** What the user waits for. */
export type SignInActivity = "letter" | "code" | "passkey" | "provider";

export class SignIn {
  readonly step = signal<SignInStep>("address");
  /** The address that the code was sent to. */
  readonly email = signal("");
  readonly activity = signal<SignInActivity | null>(null);
  readonly isBusy = computed(() => this.activity.value !== null);
  readonly problem = signal<ApiError | null>(null);
  /** Which of them failed: the problem is said next to it. */
  readonly failed = signal<SignInActivity | null>(null);
  /** Whether a letter was asked for, and whether it is not the first. */
  readonly wasSent = signal(false);
  readonly wasSentAgain = signal(false);
  /** Whether the browser was asked for a passkey and gave none. */
  readonly hadNoPasskey = signal(false);
  /** The name that the project gives itself; empty until it is known. */
  readonly name = signal("");
  readonly ways = signal<SignInWays>(LETTERS_ALONE);
  readonly #api: SignInApi;
  readonly #signedIn: () => void;
  readonly #page: OwnPage | null;
  #offering: AbortController | null = null;

  /** `page` is null for a project of another machine, which knows devices by their address. */
  constructor(api: SignInApi, signedIn: () => void, page: OwnPage | null = null) {
    this.#api = api;
    this.#signedIn = signedIn;
    this.#page = page;
  }

  /** Learn how users sign in here; a project that does not tell is asked as any other. */
  async learn(): Promise<void> {
    try {
      const info = await this.#api.info();
      batch(() => {
        if (typeof info.name === "string") this.name.value = info.name.slice(0, LONGEST_NAME);
        this.ways.value = findWays(info, this.#page);
      });
    } catch {
      // What is asked next says what is wrong.
    }
  }

  /** Ask for a link and a code. */
  async request(email: string): Promise<void> {
    const address = email.trim();
    await this.#run("letter", async () => {
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
    await this.#run("code", async () => {
      await this.#api.redeemCode(this.email.value, code.replace(/[\s-]/g, ""));
      this.#finish();
    });
  }

  /** Have the browser ask for a passkey, and sign in by it. */
  async usePasskey(): Promise<void> {
    const authenticator = this.#page?.authenticator;
    if (authenticator == null) return;
    const wasOffering = this.#offering !== null;
    this.stopOffering();
    await this.#run("passkey", async () => {
      const credential = await authenticator.sign(await this.#api.passkeyOptions());
      this.hadNoPasskey.value = credential === null;
      if (credential !== null) await this.#redeemPasskey(credential);
    });
    const goesOn = this.hadNoPasskey.value || this.problem.value !== null;
    if (wasOffering && goesOn) void this.offerPasskeys();
  }

  /** Have the browser offer passkeys in the field of the address, until `stopOffering`. */
  async offerPasskeys(): Promise<void> {
    const authenticator = this.#page?.authenticator;
    if (authenticator == null || !this.ways.value.passkey || this.#offering !== null) return;
    const offering = new AbortController();
    this.#offering = offering;
    try {
      if (!(await authenticator.offersInFields())) return;
      while (!offering.signal.aborted) {
        const options = await this.#api.passkeyOptions();
        const signal = AbortSignal.any([offering.signal, AbortSignal.timeout(OFFER_MS)]);
        const credential = await authenticator.sign(options, { signal, isConditional: true });
        // It ends by itself where the browser cannot go on: the button is there.
        if (credential === null && !signal.aborted) return;
        if (credential !== null) await this.#run("passkey", () => this.#redeemPasskey(credential));
      }
    } catch {
      // The desk does not answer, or the browser cannot: the button says why.
    } finally {
      if (this.#offering === offering) this.#offering = null;
    }
  }

  stopOffering(): void {
    this.#offering?.abort();
    this.#offering = null;
  }

  /** Leave for the provider: `leave` takes the address. */
  async useProvider(leave: (url: string) => void): Promise<void> {
    await this.#run("provider", async () => leave(await this.#api.startAtProvider()));
  }

  /** Ask for another address. */
  restart(): void {
    batch(() => {
      this.step.value = "address";
      this.problem.value = null;
      this.wasSent.value = false;
      this.wasSentAgain.value = false;
      this.hadNoPasskey.value = false;
    });
  }

  async #redeemPasskey(credential: string): Promise<void> {
    await this.#api.redeemPasskey(credential);
    this.#finish();
  }

  #finish(): void {
    this.stopOffering();
    this.restart();
    this.#signedIn();
  }

  async #run(activity: SignInActivity, work: () => Promise<void>): Promise<void> {
    if (this.isBusy.value) return;
    batch(() => {
      this.activity.value = activity;
      this.problem.value = null;
      this.hadNoPasskey.value = false;
    });
    try {
      await work();
    } catch (error) {
      batch(() => {
        this.problem.value = toApiError(error);
        this.failed.value = activity;
      });
    } finally {
      this.activity.value = null;
    }
  }
}
