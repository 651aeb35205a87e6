/** What a message says: its text with pictures in their places and names for mentions, and the files after it. */
import { useSignal } from "@preact/signals";
import type { Message, TicketMail } from "../../api/wire.ts";
import { colleaguesOf } from "../../stores/colleagues.ts";
import type { Project } from "../../stores/project.ts";
import { Attachments, attachmentUrl, Picture } from "./attachments.tsx";
import { SentMail, SentSwitch } from "./mail_mark.tsx";
import { withoutWarning } from "./mail_warning.ts";
import { splitMentions } from "./mentions.ts";
import { placePictures } from "./pictures_in_text.ts";
import { foldQuote } from "./quotes.ts";

type MessageContentProps = { project: Project; message: Message; mail: TicketMail | undefined };

export function MessageContent({ project, message, mail }: MessageContentProps) {
  const showsSent = useSignal(false);
  const body = withoutWarning(message.body, mail);
  const { parts, rest } = placePictures(body, message.attachments);
  const isSent = showsSent.value && mail !== undefined;
  return (
    <>
      {isSent ? (
        <SentMail project={project.id} mail={mail} />
      ) : (
        <Body project={project} message={message} parts={parts} />
      )}
      {mail?.has_html && <SentSwitch shows={showsSent} />}
      <Attachments project={project.id} attachments={rest} />
    </>
  );
}

type BodyProps = { project: Project; message: Message; parts: ReturnType<typeof placePictures>["parts"] };

function Body({ project, message, parts }: BodyProps) {
  if (message.body === "") {
    return message.attachments.length === 0 ? <p class="bubble-empty">No description</p> : null;
  }
  // A quote is at the end of the whole text.
  const last = parts.at(-1);
  const { text, quote } = foldQuote(last !== undefined && "text" in last ? last.text : "");
  const shown = last !== undefined && "text" in last ? [...parts.slice(0, -1), { text }] : parts;
  return (
    <>
      <p class="bubble-text">
        {shown.map((part) =>
          "text" in part ? (
            <Words project={project} message={message} text={part.text} />
          ) : (
            <span class="picture-in-text">
              <Picture url={attachmentUrl(project.id, part.picture)} attachment={part.picture} />
            </span>
          ),
        )}
      </p>
      {quote !== "" && (
        <details class="bubble-quote">
          <summary>Quoted text</summary>
          <p class="bubble-text">{quote}</p>
        </details>
      )}
    </>
  );
}

/** A text; in a note, an agent who is called has their name. */
function Words({ project, message, text }: { project: Project; message: Message; text: string }) {
  if (message.kind !== "note" || !text.includes("@") || !project.session.isStaff.value) return <>{text}</>;
  const colleagues = colleaguesOf(project);
  return (
    <>
      {splitMentions(text, (id) => colleagues.nameOf(id) !== null).map(({ text: words, id }) =>
        id === null ? (
          words
        ) : (
          <span class="mention" title={words}>
            @{colleagues.nameOf(id)}
          </span>
        ),
      )}
    </>
  );
}
