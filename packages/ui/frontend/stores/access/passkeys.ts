/** The passkeys of the user of one project. */
import { signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import type { Authenticator } from "../../api/passkeys.ts";
import type { Passkey } from "../../api/wire.ts";

export class Passkeys {
  /** Null until they were fetched. */
  readonly list = signal<Passkey[] | null>(null);
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Fetch them all, the newest first; throws `ApiError`. */
  async load(): Promise<void> {
    const { passkeys } = await this.#call("auth.passkeys");
    this.list.value = passkeys.toReversed();
  }

  /** Make one in this browser; returns whether the user wanted it. Throws `ApiError`. */
  async add(authenticator: Authenticator, name: string): Promise<boolean> {
    const { options } = await this.#call("auth.passkey_register_start");
    const credential = await authenticator.create(options);
    if (credential === null) return false;
    await this.#call("auth.passkey_register_finish", { credential, name });
    await this.load();
    return true;
  }

  /** Throws `ApiError`. */
  async remove(passkeyId: string): Promise<void> {
    await this.#call("auth.passkey_remove", { passkey_id: passkeyId });
    await this.load();
  }

  /** Forget them, as when another user takes over. */
  clear(): void {
    this.list.value = null;
  }
}
