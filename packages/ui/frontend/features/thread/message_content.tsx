/** What a message says: its text with pictures in their places and names for mentions, and the files after it. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Message, TicketMail } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { colleaguesOf } from "../../stores/team/colleagues.ts";
import { splitMentions } from "../../stores/team/mentions.ts";
import { MarkdownTree, useMarkdown } from "../markdown/markdown.tsx";
import type { Parsed } from "../markdown/parse.ts";
import { cutLongText } from "../message/long_texts.ts";
import { shownPictures } from "../picture_viewer/picture_viewer.tsx";
import { isPrinting } from "../timeline/printing.ts";
import { Attachments, OpenPicture } from "./attachments.tsx";
import { SentMail, SentSwitch } from "./mail_mark.tsx";
import { withoutWarning } from "./mail_warning.ts";
import { foldQuote } from "./quotes.ts";

type MessageContentProps = { project: Project; message: Message; mail: TicketMail | undefined };

export function MessageContent({ project, message, mail }: MessageContentProps) {
  const showsSent = useSignal(false);
  const isWhole = useSignal(false);
  const { body, attachments } = message;
  const { text, quote } = useMemo(() => foldQuote(withoutWarning(body, mail)), [body, mail]);
  const cut = useMemo(() => cutLongText(text), [text]);
  const showsAll = isWhole.value || isPrinting.value;
  const parsed = useMarkdown(showsAll ? text : cut.text, attachments);
  const pictures = useMemo(() => attachments.filter(({ width }) => width !== null), [attachments]);
  const isSent = showsSent.value && mail !== undefined;
  const flip = () => {
    isWhole.value = !isWhole.value;
  };
  return (
    <OpenPicture.Provider value={(picture) => shownPictures.open(picture, pictures)}>
      {isSent ? (
        <SentMail project={project.id} mail={mail} />
      ) : (
        <>
          <Body project={project} message={message} parsed={parsed} />
          {cut.isCut && (
            <button type="button" class="link-button long-text" aria-expanded={showsAll} onClick={flip}>
              {showsAll ? t("Show less") : t("Show the whole message")}
            </button>
          )}
          {quote !== "" && <Quote project={project} message={message} text={quote} />}
        </>
      )}
      {mail?.has_html && <SentSwitch shows={showsSent} />}
      <Attachments project={project.id} attachments={attachments.filter((one) => !parsed.placed.has(one))} />
    </OpenPicture.Provider>
  );
}

type BodyProps = { project: Project; message: Message; parsed: Parsed };

function Body({ project, message, parsed }: BodyProps) {
  if (message.body === "") {
    return message.attachments.length === 0 ? <p class="bubble-empty">{t("No description")}</p> : null;
  }
  return (
    <div class="bubble-text">
      <MarkdownTree parsed={parsed} project={project.id} words={wordsIn(project, message)} />
    </div>
  );
}

/** What a message quotes at its end; it is read when it is opened. */
function Quote({ project, message, text }: { project: Project; message: Message; text: string }) {
  const isOpen = useSignal(false);
  const follow = (event: Event & { currentTarget: HTMLDetailsElement }) => {
    isOpen.value = event.currentTarget.open;
  };
  return (
    <details class="bubble-quote" onToggle={follow} open={isOpen.value || isPrinting.value}>
      <summary>{t("Quoted text")}</summary>
      {(isOpen.value || isPrinting.value) && <QuotedText project={project} message={message} text={text} />}
    </details>
  );
}

function QuotedText({ project, message, text }: { project: Project; message: Message; text: string }) {
  return <Body project={project} message={message} parsed={useMarkdown(text, message.attachments)} />;
}

/** Return what draws the words of a message: in a note, an agent who is called has their name. */
function wordsIn(project: Project, message: Message): (text: string) => ComponentChildren {
  if (message.kind !== "note" || !project.session.isStaff.value) return (text) => text;
  const colleagues = colleaguesOf(project);
  return (text) => {
    if (!text.includes("@")) return text;
    return splitMentions(text, (id) => colleagues.nameOf(id) !== null).map(({ text: words, id }) =>
      id === null ? (
        words
      ) : (
        <span class="mention" title={words}>
          @<bdi>{colleagues.nameOf(id)}</bdi>
        </span>
      ),
    );
  };
}
