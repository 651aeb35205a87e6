/** For whom an agent files a ticket: somebody who is known, or a new customer by their e-mail address. */
import type { Call } from "../../api/client.ts";
import { ApiError } from "../../api/errors.ts";
import type { User } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";

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

/** Return who has an address already; throws `ApiError`. */
export async function findByAddress(call: Call, address: string): Promise<User | undefined> {
  const { users } = await call("user.customers", { prefix: address, limit: 50 });
  return users.find((user) => user.email?.toLowerCase() === address.toLowerCase());
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
    throw new ApiError(t("No customer is chosen"), { hint: t("Choose one from the list, or type an e-mail address.") });
  }
  const known = await findByAddress(call, address);
  if (known !== undefined) return known.user_id;
  const shown = name.trim() || (address.split("@")[0] ?? address);
  return (await call("user.enrol", { email: address, name: shown })).user_id;
}
