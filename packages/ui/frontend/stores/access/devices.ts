/** Where the user of one project is signed in: browsers with a session, and devices of the overlay. */
import { signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import { fetchAllPages } from "../all_pages.ts";

/** `id` is what the server revokes it by. */
export type SignedInDevice = {
  kind: "session" | "device";
  id: string;
  name: string;
  since: number;
  seenAt: number | null;
  /** Whether it is the one that asks. */
  isCurrent: boolean;
};

export class Devices {
  /** Null until they were fetched. */
  readonly list = signal<SignedInDevice[] | null>(null);
  readonly #call: Call;
  readonly #of: { user_id?: string };

  /** Those of the caller; staff are shown those of customers, and an admin looks after those of any user. */
  constructor(call: Call, userId: string | null = null) {
    this.#call = call;
    this.#of = userId === null ? {} : { user_id: userId };
  }

  /** Fetch them all, the last used first; throws `ApiError`. */
  async load(): Promise<void> {
    const [sessions, devices] = await Promise.all([this.#sessions(), this.#overlayDevices()]);
    this.list.value = [...sessions, ...devices].sort(byUse);
  }

  /** Forget them, as when another user takes over. */
  clear(): void {
    this.list.value = null;
  }

  /** Sign one out, wherever it is; throws `ApiError`. */
  async revoke({ kind, id }: SignedInDevice): Promise<void> {
    if (kind === "session") await this.#call("auth.revoke_session", { session_id: id });
    else await this.#call("user.revoke", { address: id });
    await this.load();
  }

  async #sessions(): Promise<SignedInDevice[]> {
    const sessions = await fetchAllPages(async (cursor) => {
      const page = await this.#call("auth.sessions", { ...this.#of, cursor });
      return { items: page.sessions, next: page.next_cursor };
    });
    return sessions.map(({ session_id, device_name, created_at, last_seen_at, is_current }) => ({
      kind: "session",
      id: session_id,
      name: device_name,
      since: created_at,
      seenAt: last_seen_at,
      isCurrent: is_current,
    }));
  }

  async #overlayDevices(): Promise<SignedInDevice[]> {
    const devices = await fetchAllPages(async (cursor) => {
      const page = await this.#call("user.devices", { ...this.#of, cursor });
      return { items: page.devices, next: page.next_cursor };
    });
    return devices.map(({ address, name, bound_at, last_seen_at, is_current }) => ({
      kind: "device",
      id: address,
      name: name === "" ? address : `${name} (${address})`,
      since: bound_at,
      seenAt: last_seen_at,
      isCurrent: is_current,
    }));
  }
}

/** This device first, then the one that was used last. */
function byUse(one: SignedInDevice, other: SignedInDevice): number {
  if (one.isCurrent !== other.isCurrent) return one.isCurrent ? -1 : 1;
  return (other.seenAt ?? other.since) - (one.seenAt ?? one.since);
}
