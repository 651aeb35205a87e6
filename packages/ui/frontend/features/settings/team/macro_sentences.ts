/** What a macro does, in the words of the page. */
import { PRIORITY_WORDS, statusWord } from "../../../i18n/words.ts";
import type { Project } from "../../../stores/project.ts";
import { describeMacro, type MacroChanges } from "../../../stores/settings/macro_words.ts";
import { personName } from "../../../ui/person_name.ts";

export function sentencesOf(project: Project, macro: MacroChanges): string[] {
  return describeMacro(macro, {
    status: (status) => statusWord(status, true),
    priority: (priority) => PRIORITY_WORDS[priority],
    name: (id) => personName(project, id),
  });
}
