/** The devices of another user, and a way to sign one out. */
import { useMemo } from "preact/hooks";
import { formatDay } from "../../../i18n/times.ts";
import { t } from "../../../i18n/translate.ts";
import { Devices, type SignedInDevice } from "../../../stores/access/devices.ts";
import type { Project } from "../../../stores/project.ts";
import { Confirmed } from "../parts/confirmed.tsx";
import { Loaded } from "../parts/page.tsx";

export function PersonDevices({ project, userId }: { project: Project; userId: string }) {
  const devices = useMemo(() => new Devices(project.call, userId), [project, userId]);
  const list = devices.list.value;
  return (
    <Loaded load={() => devices.load()} on={[devices]} isThere={list !== null}>
      {() => <Rows devices={devices} list={list ?? []} />}
    </Loaded>
  );
}

function Rows({ devices, list }: { devices: Devices; list: readonly SignedInDevice[] }) {
  if (list.length === 0) return <p class="settings-none">{t("None.")}</p>;
  return (
    <ul class="settings-list" aria-label={t("Devices")}>
      {list.map((device) => (
        <Row key={`${device.kind} ${device.id}`} devices={devices} device={device} />
      ))}
    </ul>
  );
}

function Row({ devices, device }: { devices: Devices; device: SignedInDevice }) {
  return (
    <li class="settings-entry entry-plain">
      <span class="entry-words">
        <bdi class="entry-name">{device.name}</bdi>
        <span class="entry-detail">
          {device.seenAt === null
            ? t("signed in: {day}, not used yet", { day: formatDay(device.since) })
            : t("signed in: {day}, last used: {used}", {
                day: formatDay(device.since),
                used: formatDay(device.seenAt),
              })}
        </span>
      </span>
      <Confirmed
        label={t("Sign out")}
        of={device.name}
        says={t("They are signed out there at once, and sign in again to go on.")}
        verb={t("Sign this device out")}
        run={() => devices.revoke(device)}
      />
    </li>
  );
}
