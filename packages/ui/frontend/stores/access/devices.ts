/** Where the user of one project is signed in: browsers with a session, and devices of the overlay. */
import { signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import type { DeviceList, SessionList } from "../../api/wire.ts";

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

  constructor(call: Call) {
    this.#call = call;
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
    const found: SignedInDevice[] = [];
    let cursor: string | null = null;
    do {
      const page: SessionList = await this.#call("auth.sessions", { cursor });
      for (const { session_id, device_name, created_at, last_seen_at, is_current } of page.sessions) {
        found.push({
          kind: "session",
          id: session_id,
          name: device_name,
          since: created_at,
          seenAt: last_seen_at,
          isCurrent: is_current,
        });
      }
      cursor = page.next_cursor;
    } while (cursor !== null);
    return found;
  }

  async #overlayDevices(): Promise<SignedInDevice[]> {
    const found: SignedInDevice[] = [];
    let cursor: string | null = null;
    do {
      const page: DeviceList = await this.#call("user.devices", { cursor });
      for (const { address, name, bound_at, last_seen_at, is_current } of page.devices) {
        const shown = name === "" ? address : `${name} (${address})`;
        found.push({
          kind: "device",
          id: address,
          name: shown,
          since: bound_at,
          seenAt: last_seen_at,
          isCurrent: is_current,
        });
      }
      cursor = page.next_cursor;
    } while (cursor !== null);
    return found;
  }
}

/** This device first, then the one that was used last. */
function byUse(one: SignedInDevice, other: SignedInDevice): number {
  if (one.isCurrent !== other.isCurrent) return one.isCurrent ? -1 : 1;
  return (other.seenAt ?? other.since) - (one.seenAt ?? one.since);
}
