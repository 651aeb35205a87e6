/** The field in which an agent says for whom the ticket is. */
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Call } from "../../api/client.ts";
import type { User } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { OfferList, offerId, useOffers } from "../../ui/offers.tsx";
import { findByAddress, isAddress, type Written } from "./customer.ts";

const LIST = "customer-offers";
const NAME_LENGTH = 200;

type CustomerFieldProps = { call: Call; written: Signal<Written> };

export function CustomerField({ call, written }: CustomerFieldProps) {
  const { chosen } = written.value;
  return (
    <div class="field customer-field">
      {chosen === null ? <Search call={call} written={written} /> : <Chosen user={chosen} written={written} />}
    </div>
  );
}

function Chosen({ user, written }: { user: User; written: Signal<Written> }) {
  const change = () => {
    written.value = { chosen: null, typed: "", name: "" };
  };
  return (
    <>
      <span class="label">{t("Customer")}</span>
      <p class="customer-chosen">
        <Avatar id={user.user_id} name={user.name} />
        <strong>{user.name}</strong>
        {user.email && <span class="customer-email">{user.email}</span>}
        <button type="button" class="button button-small" onClick={change}>
          {t("Change")}
        </button>
      </p>
    </>
  );
}

function Search({ call, written }: CustomerFieldProps) {
  const offers = useOffers();
  const { typed } = written.value;
  const choose = (user: User) => {
    offers.close();
    written.value = { chosen: user, typed: "", name: "" };
  };
  const onInput = (event: { currentTarget: HTMLInputElement }) => {
    const text = event.currentTarget.value;
    written.value = { ...written.value, typed: text };
    if (text.trim() === "") offers.close();
    else offers.ask(async () => (await call("user.customers", { prefix: text.trim() })).users);
  };
  return (
    <>
      <label class="label" for="customer">
        {t("Customer")} <small>{t("(leave it empty for a ticket of your own)")}</small>
      </label>
      <div class="customer-search">
        <input
          id="customer"
          role="combobox"
          autocomplete="off"
          maxLength={254}
          placeholder={t("Name or e-mail address")}
          value={typed}
          aria-autocomplete="list"
          aria-expanded={offers.isOpen}
          aria-controls={LIST}
          aria-activedescendant={offers.isOpen ? offerId(LIST, offers.chosen) : undefined}
          onInput={onInput}
          onKeyDown={(event) => offers.takeKey(event, choose)}
          onBlur={offers.close}
        />
        <OfferList id={LIST} label={t("Customers")} offers={offers} choose={choose} />
      </div>
      {isAddress(typed) && <NewCustomer call={call} written={written} />}
    </>
  );
}

/** The name of a customer whose address no one has yet. */
function NewCustomer({ call, written }: CustomerFieldProps) {
  const isNew = useSignal(false);
  const address = written.value.typed.trim().toLowerCase();
  useEffect(() => {
    const asked = address;
    isNew.value = false;
    findByAddress(call, asked).then(
      (known) => {
        if (asked !== written.peek().typed.trim().toLowerCase()) return;
        isNew.value = known === undefined;
      },
      () => {},
    );
  }, [address]);
  if (!isNew.value) return null;
  return (
    <label class="field">
      <span class="label">{t("Name of the new customer")}</span>
      <input
        maxLength={NAME_LENGTH}
        autocomplete="off"
        placeholder={address.split("@")[0]}
        value={written.value.name}
        aria-describedby="new-customer-hint"
        onInput={(event) => {
          written.value = { ...written.value, name: event.currentTarget.value };
        }}
      />
      <span id="new-customer-hint" class="hint">
        {t("Nobody has this address yet: they become a customer with this ticket.")}
      </span>
    </label>
  );
}
