/** For whom an agent files a ticket: somebody who is known, or a new customer by their e-mail address. */
import type { Call } from "../../api/client.ts";
import { ApiError } from "../../api/errors.ts";
import type { User } from "../../api/wire.ts";
import { CUSTOMER_WORDS } from "../../i18n/new_ticket_words.ts";

export type Written = {
  /** Who was chosen from the list; null while something is typed. */
  chosen: User | null;
  typed: string;
  /** The name of a new customer. */
  name: string;
};

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

export function isAddress(text: string): boolean {
  return ADDRESS.test(text.trim());
}

/**
 * Return the id of the customer, or undefined for a ticket of the agent's own; throws `ApiError`.
 *
 * Who has that address already is found by it, so that a ticket that failed after its customer was enrolled can be
 * sent again.
 */
export async function obtainCustomer(call: Call, { chosen, typed, name }: Written): Promise<string | undefined> {
  if (chosen !== null) return chosen.user_id;
  const address = typed.trim();
  if (address === "") return undefined;
  if (!isAddress(address)) {
    throw new ApiError(CUSTOMER_WORDS.unknown, { hint: CUSTOMER_WORDS.unknownHint });
  }
  const { users } = await call("user.customers", { prefix: address, limit: 50 });
  const known = users.find((user) => user.email?.toLowerCase() === address.toLowerCase());
  if (known !== undefined) return known.user_id;
  const shown = name.trim() || (address.split("@")[0] ?? address);
  return (await call("user.enrol", { email: address, name: shown })).user_id;
}
