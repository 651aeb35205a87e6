/** Who the user is: a name, or in dev mode the picker of demo users. */

import type { User } from "../../api/wire.ts";
import { desk, pickDemoUser } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { ROLE_WORDS } from "../../i18n/words.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { AccountMenu } from "../account/account_menu.tsx";

export function CurrentUser() {
  const home = desk.home.value;
  const me = home?.session.me.value ?? null;
  const users = desk.demoUsers.value;
  if (users.length > 0) return <Picker users={users} me={me} />;
  if (home === null || me === null) return <p class="me" />;
  if (home.signIn !== null) return <AccountMenu project={home} me={me} />;
  return (
    <p class="me">
      <Avatar id={me.user_id} name={me.name} />
      <span class="me-name">{me.name}</span>
      <span class="me-role">{ROLE_WORDS[me.role]}</span>
    </p>
  );
}

function Picker({ users, me }: { users: User[]; me: User | null }) {
  return (
    <label class="me me-picker">
      {me && <Avatar id={me.user_id} name={me.name} />}
      <span class="me-caption">{t("Demo user")}</span>
      <select value={me?.user_id ?? ""} onChange={(event) => pickDemoUser(event.currentTarget.value)}>
        {me === null && (
          <option value="" disabled>
            {t("Nobody known")}
          </option>
        )}
        {users.map((user) => (
          <option value={user.user_id}>
            {user.name} · {ROLE_WORDS[user.role]}
          </option>
        ))}
      </select>
    </label>
  );
}
