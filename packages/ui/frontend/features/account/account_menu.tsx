/** Who is signed in, with the ways out. */
import { useEffect, useRef } from "preact/hooks";
import type { User } from "../../api/wire.ts";
import { desk, go } from "../../app.ts";
import { t, tx } from "../../i18n/translate.ts";
import { ACCOUNT, ROLE_WORDS } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { DEVICES, INBOX } from "../../stores/route.ts";
import { settingsHref } from "../../stores/settings/pages.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { useAction } from "../../ui/hooks/use_action.ts";
import { Problem } from "../../ui/problem.tsx";

export function AccountMenu({ project, me }: { project: Project; me: User }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const { isBusy, problem, run } = useAction();
  const close = () => menu.current?.removeAttribute("open");
  useEffect(() => closeOutside(() => menu.current), []);
  return (
    <details class="account" ref={menu}>
      <summary class="me">
        <Avatar id={me.user_id} name={me.name} />
        <span class="unseen">{t("Account of {name}", { name: me.name })}</span>
        <span class="me-name" aria-hidden="true">
          {me.name}
        </span>
        <span class="me-role">{ROLE_WORDS[me.role]}</span>
      </summary>
      <div class="account-menu">
        <p class="account-who">
          {tx("Signed in as {name}", { name: <strong>{me.name}</strong> })}
          {me.email && <span class="account-email">{me.email}</span>}
        </p>
        <a class="account-entry" href={settingsHref()} onClick={close}>
          {t("Your settings")}
        </a>
        <a class="account-entry" href={DEVICES} onClick={close}>
          {ACCOUNT.devices}
        </a>
        {/* Of several projects, each has its own way out: in the list of devices. */}
        {!desk.hasSeveral && (
          <button type="button" class="account-entry" disabled={isBusy} onClick={() => void run(() => leave(project))}>
            {isBusy ? ACCOUNT.signingOut : ACCOUNT.signOut}
          </button>
        )}
        {problem && <Problem problem={problem} />}
      </div>
    </details>
  );
}

async function leave(project: Project): Promise<void> {
  await project.signOut();
  // The next one who signs in here does not begin at what this one read.
  go(INBOX);
}

/** Close a menu by a click elsewhere, and by Escape; returns the function that ends that. */
function closeOutside(menu: () => HTMLDetailsElement | null): () => void {
  const press = (event: PointerEvent) => {
    const open = menu();
    if (open !== null && !open.contains(event.target as Node)) open.open = false;
  };
  const key = (event: KeyboardEvent) => {
    const open = menu();
    if (event.key !== "Escape" || open === null || !open.open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  };
  document.addEventListener("pointerdown", press);
  document.addEventListener("keydown", key);
  return () => {
    document.removeEventListener("pointerdown", press);
    document.removeEventListener("keydown", key);
  };
}
