/** How the page looks and is used in this browser: its theme, the density of its list, and its keys. */
import { density, keySetting } from "../../../app.ts";
import { t, tn } from "../../../i18n/translate.ts";
import { setTheme, THEMES, type Theme, theme } from "../../../stores/preferences/theme.ts";
import { UNDO_CHOICES_S } from "../../../stores/preferences/undo_setting.ts";
import type { Project } from "../../../stores/project.ts";
import { DENSITIES, type Density } from "../../../stores/tickets/density.ts";
import { overlay } from "../../commands/overlays.ts";
import { undoSetting } from "../../composer/writing.ts";
import { Choices } from "../parts/choices.tsx";
import { Switch } from "../parts/fields.tsx";
import { Page, Section } from "../parts/page.tsx";

const THEME_WORDS: Record<Theme, string> = { system: t("As the system"), dark: t("Dark"), light: t("Light") };
const DENSITY_WORDS: Record<Density, string> = { comfortable: t("Comfortable"), compact: t("Compact") };

export function AppearancePage({ project }: { project: Project }) {
  return (
    <Page title={t("Appearance and keys")} lead={t("For this browser. What you choose is kept at once.")}>
      <Section title={t("Theme")}>
        <Choices
          label={t("Theme")}
          name="theme"
          options={THEMES}
          words={(name) => THEME_WORDS[name]}
          chosen={theme.value}
          choose={setTheme}
        />
      </Section>
      <Section title={t("Density of the list")}>
        <Choices
          label={t("Density of the list")}
          name="density"
          options={DENSITIES}
          words={(name) => DENSITY_WORDS[name]}
          chosen={density.value.value}
          choose={(name) => density.choose(name)}
        />
      </Section>
      {project.session.isStaff.value && <UndoTime />}
      <Section title={t("Keys")}>
        <Switch
          label={t("Single keys do something")}
          hint={t("Turn them off if you speak to your computer, or often hit a key by accident.")}
          isOn={keySetting.isOn.value}
          set={(isOn) => keySetting.set(isOn)}
        />
        <div class="form-end">
          <button
            type="button"
            class="button"
            onClick={() => {
              overlay.value = { name: "help" };
            }}
          >
            {t("Show the keys")}
          </button>
        </div>
      </Section>
    </Page>
  );
}

/** How long an agent can take a reply back. */
function UndoTime() {
  const words = t("Take a reply back");
  return (
    <Section title={words} lead={t("A reply of yours waits so long before it leaves.")}>
      <Choices
        label={words}
        name="undo"
        options={UNDO_CHOICES_S}
        words={(seconds) => (seconds === 0 ? t("Leaves at once") : tn("{count} second", "{count} seconds", seconds))}
        chosen={undoSetting.seconds.value}
        choose={(seconds) => undoSetting.set(seconds)}
      />
    </Section>
  );
}
