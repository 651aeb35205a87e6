/** Code, as it was written, with a button that copies it. */
import { t } from "../../i18n/translate.ts";
import { CopyButton } from "../../ui/copying/copy_button.tsx";

export function CodeBlock({ text, language }: { text: string; language: string }) {
  const code = text.replace(/\n$/, "");
  return (
    <div class="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <pre tabIndex={0} dir="ltr">
        <code>{code}</code>
      </pre>
      <div class="code-block-end">
        {language !== "" && <span class="code-language">{language.slice(0, 20)}</span>}
        <CopyButton text={code} label={t("Copy code")} />
      </div>
    </div>
  );
}
