/** The form of a page of settings: one for each user and place, with what was typed there before. */
import { useEffect, useMemo } from "preact/hooks";
import { windowStorage } from "../../../app.ts";
import type { Project } from "../../../stores/project.ts";
import { QuietStorage } from "../../../stores/quiet_storage.ts";
import { Form, formName, keeperOf } from "../../../stores/settings/form.ts";

const storage = new QuietStorage(() => windowStorage);

/** `place` is that of no other form of the project; what is saved elsewhere meanwhile comes with `saved`. */
export function useForm<Values extends object>(project: Project, place: string, saved: Values): Form<Values> {
  const user = project.session.me.value?.user_id ?? "";
  const form = useMemo(
    () => new Form(saved, keeperOf(storage, formName(project.id, user, place))),
    [project.id, user, place],
  );
  const text = JSON.stringify(saved);
  useEffect(() => form.take(saved), [form, text]);
  return form;
}
