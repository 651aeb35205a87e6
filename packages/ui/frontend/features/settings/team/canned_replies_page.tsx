/** The canned replies: a list, and an editor for one. */
import type { CannedReply } from "../../../api/wire.ts";
import { go } from "../../../app.ts";
import { t, tn } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { settingsHref } from "../../../stores/settings/pages.ts";
import { teamTextsOf } from "../../../stores/settings/team_texts.ts";
import { CollectionPage } from "../parts/collection_page.tsx";
import { Confirmed } from "../parts/confirmed.tsx";
import { SwitchField, TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { NamedList, NEW_ITEM } from "../parts/named_list.tsx";
import type { PageProps } from "../parts/page_props.ts";
import { Placeholders } from "../parts/placeholders.tsx";
import { useForm } from "../parts/use_form.ts";

const NAME_LENGTH = 300;
const LIST = settingsHref("canned-replies");

export function CannedRepliesPage({ project, item }: PageProps) {
  return (
    <CollectionPage
      page="canned-replies"
      item={item}
      collection={teamTextsOf(project).cannedReplies}
      title={t("Canned replies")}
      lead={t("Texts that are written often. Type / in a reply to choose one.")}
      newTitle={t("New canned reply")}
      titleOf={(reply) => reply?.name ?? t("Canned reply")}
      gone={t("This canned reply is gone.")}
      rows={(replies) => <Listed replies={replies} />}
      one={(reply) => <Editor key={item} project={project} reply={reply} />}
    />
  );
}

function Listed({ replies }: { replies: CannedReply[] }) {
  return (
    <NamedList
      page="canned-replies"
      label={tn("{count} canned reply", "{count} canned replies", replies.length)}
      newLabel={t("New canned reply")}
      none={t("There are none yet. A greeting, a question that you ask each time: what you write often is typed once.")}
      rows={replies.map((reply) => ({
        id: reply.canned_reply_id,
        name: reply.name,
        detail: reply.body,
        isShared: reply.owner === null,
      }))}
    />
  );
}

function valuesOf(reply: CannedReply | null) {
  return { name: reply?.name ?? "", body: reply?.body ?? "", shared: reply === null ? false : reply.owner === null };
}

function Editor({ project, reply }: { project: Project; reply: CannedReply | null }) {
  const texts = teamTextsOf(project);
  const form = useForm(project, `canned-reply/${reply?.canned_reply_id ?? NEW_ITEM}`, valuesOf(reply));
  const send = async (_: unknown, values: ReturnType<typeof valuesOf>) =>
    valuesOf(await texts.saveReply({ ...values, ...(reply && { canned_reply_id: reply.canned_reply_id }) }));
  // A form of something new begins empty again.
  const onSaved = () => {
    if (reply !== null) return;
    form.take(valuesOf(null));
    go(LIST);
  };
  return (
    <>
      <FormFrame form={form} send={send} onSaved={onSaved} fields={["name", "body"]}>
        <TextField form={form} name="name" label={t("Name")} input={{ maxLength: NAME_LENGTH }} />
        <TextField form={form} name="body" label={t("Text")} rows={9} />
        <Placeholders />
        <SwitchField
          form={form}
          name="shared"
          label={t("For the whole team")}
          hint={t("Every agent may use and change it.")}
        />
      </FormFrame>
      {reply !== null && (
        <Confirmed
          label={t("Delete")}
          says={
            reply.owner === null
              ? t("The whole team loses this text. Replies that were sent with it stay as they are.")
              : t("The text is gone then. Replies that were sent with it stay as they are.")
          }
          verb={t("Delete this text")}
          run={async () => {
            await texts.deleteReply(reply.canned_reply_id);
            go(LIST);
          }}
        />
      )}
    </>
  );
}
