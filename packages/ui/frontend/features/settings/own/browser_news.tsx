/** Whether this browser tells of news by the desktop or by a sound: both are asked for, and off until then. */
import { useSignal } from "@preact/signals";
import { newsSetting } from "../../../app.ts";
import { t } from "../../../i18n/translate.ts";
import type { NewsKind } from "../../../stores/news/news.ts";
import { playSound } from "../../notifications/sound.ts";
import { Switch } from "../parts/fields.tsx";
import { Section } from "../parts/page.tsx";

/** A page of an overlay address is no secure context, and has no such notifications. */
const HAS_DESKTOP = "Notification" in window && window.isSecureContext;

export function BrowserNews({ isStaff }: { isStaff: boolean }) {
  const isDenied = useSignal(HAS_DESKTOP && Notification.permission === "denied");
  const choice = newsSetting.choice.value;
  const setDesktop = async (isOn: boolean) => {
    const isAllowed = !isOn || (await Notification.requestPermission()) === "granted";
    isDenied.value = !isAllowed;
    newsSetting.set("desktop", isOn && isAllowed);
  };
  const setSound = (isOn: boolean) => {
    newsSetting.set("sound", isOn);
    // So that it is known when it is heard again; a browser plays none before its user has done something.
    if (isOn) void playSound();
  };
  return (
    <Section title={t("In this browser")}>
      <Switch
        label={t("Desktop notifications")}
        hint={desktopHint(isDenied.value)}
        isOn={choice.desktop && HAS_DESKTOP && !isDenied.value}
        set={(isOn) => void setDesktop(isOn)}
        disabled={!HAS_DESKTOP}
      />
      <Switch
        label={t("A sound")}
        hint={t("Short and quiet. One for each event, however many tabs are open.")}
        isOn={choice.sound}
        set={setSound}
      />
      {(choice.desktop || choice.sound) && <Kinds isStaff={isStaff} />}
    </Section>
  );
}

function desktopHint(isDenied: boolean): string {
  if (!HAS_DESKTOP) return t("Browsers have them where the page is opened with https, or on this machine itself.");
  if (isDenied) return t("The browser does not allow them to this page: its settings for this site do.");
  return t("They show the title and the first words, also while another window is in front.");
}

const STAFF_KINDS: Array<[NewsKind, string]> = [
  ["ticket", t("New tickets")],
  ["reply", t("Replies on tickets that I take part in")],
  ["mention", t("I am mentioned in a note")],
];
const CUSTOMER_KINDS: Array<[NewsKind, string]> = [["reply", t("Replies on my tickets")]];

function Kinds({ isStaff }: { isStaff: boolean }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: the switches stand in a list with others.
    <div class="settings-nested" role="group" aria-label={t("Of what this browser tells")}>
      {(isStaff ? STAFF_KINDS : CUSTOMER_KINDS).map(([kind, label]) => (
        <Switch
          key={kind}
          label={label}
          isOn={newsSetting.choice.value[kind]}
          set={(isOn) => newsSetting.set(kind, isOn)}
        />
      ))}
    </div>
  );
}
