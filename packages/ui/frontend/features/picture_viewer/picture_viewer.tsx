/** A picture over the page: with the arrows to the others, larger and smaller, and to be saved. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Attachment, TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import { formatSize } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { useModal } from "../../ui/hooks/use_modal.ts";
import { Close, DownloadIcon, LeftIcon, RightIcon, ZoomInIcon, ZoomOutIcon } from "../../ui/icons.tsx";
import { attachmentUrl } from "../thread/attachments.tsx";
import { ShownPictures } from "./shown_pictures.ts";
import { ThreadPictures } from "./thread_pictures.ts";

export const shownPictures = new ShownPictures();

export function PictureViewer({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const pictures = shownPictures.pictures.value;
  useEffect(() => () => shownPictures.close(), []);
  if (pictures.length === 0) return null;
  return <Viewer project={project.id} pictures={pictures} thread={new ThreadPictures(project, ticket)} />;
}

type ViewerProps = { project: string; pictures: readonly Attachment[]; thread: ThreadPictures };

function Viewer({ project, pictures, thread }: ViewerProps) {
  const { dialog, close } = useModal(() => shownPictures.close());
  const { all } = thread;
  const ids = all.map(({ attachment_id: id }) => id).join(" ");
  useLayoutEffect(() => shownPictures.widen(all), [ids]);
  const image = useRef<HTMLImageElement>(null);
  const at = shownPictures.at.value;
  const picture = pictures[at];
  if (picture === undefined) return null;
  const width = picture.width ?? 1;
  const zoom = (direction: 1 | -1) => shownPictures.zoom(direction, (image.current?.clientWidth ?? width) / width);
  // Without the older messages, the pictures that are there are viewed.
  const step = (by: 1 | -1) => void thread.step(shownPictures, by).catch(() => {});
  const onKeyDown = (event: KeyboardEvent) => {
    if (!takeKey(event, zoom, step)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const scale = shownPictures.scale.value;
  const url = attachmentUrl(project, picture);
  return (
    <dialog {...dialog} class="viewer" aria-label={picture.name} onKeyDown={onKeyDown}>
      <div class="viewer-head">
        <p class="viewer-name">
          <bdi>{picture.name}</bdi> <small>{formatSize(picture.size)}</small>
        </p>
        {pictures.length > 1 && (
          <p class="viewer-count" role="status">
            {t("{number} of {count}", { number: at + 1, count: pictures.length })}
          </p>
        )}
        <ViewerButton label={t("Smaller")} act={() => zoom(-1)} drawing={<ZoomOutIcon />} />
        <ViewerButton label={t("Larger")} act={() => zoom(1)} drawing={<ZoomInIcon />} />
        <a class="icon-button" href={url} download={picture.name} aria-label={t("Download")} title={t("Download")}>
          <DownloadIcon />
        </a>
        <ViewerButton label={t("Close")} act={close} drawing={<Close />} />
      </div>
      <div class="viewer-room" data-fits={scale === null}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the dialog do the same. */}
        <img
          ref={image}
          key={picture.attachment_id}
          src={url}
          alt={picture.name}
          width={picture.width ?? undefined}
          height={picture.height ?? undefined}
          style={scale === null ? undefined : { width: `${Math.round(width * scale)}px` }}
          onClick={() => shownPictures.toggle()}
        />
      </div>
      {thread.leadsOn(shownPictures, -1) && (
        <button
          type="button"
          class="viewer-step"
          data-to="previous"
          aria-label={t("Previous picture")}
          onClick={() => step(-1)}
        >
          <LeftIcon />
        </button>
      )}
      {thread.leadsOn(shownPictures, 1) && (
        <button type="button" class="viewer-step" data-to="next" aria-label={t("Next picture")} onClick={() => step(1)}>
          <RightIcon />
        </button>
      )}
    </dialog>
  );
}

type ViewerButtonProps = { label: string; act: () => void; drawing: ComponentChildren };

function ViewerButton({ label, act, drawing }: ViewerButtonProps) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={act}>
      {drawing}
    </button>
  );
}

/** Returns whether the key was for the viewer. */
function takeKey(event: KeyboardEvent, zoom: (direction: 1 | -1) => void, step: (direction: 1 | -1) => void): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const isRightToLeft = document.documentElement.dir === "rtl";
  if (event.key === "ArrowLeft") step(isRightToLeft ? 1 : -1);
  else if (event.key === "ArrowRight") step(isRightToLeft ? -1 : 1);
  else if (event.key === "+" || event.key === "=") zoom(1);
  else if (event.key === "-") zoom(-1);
  else if (event.key === "0") shownPictures.toggle();
  else return false;
  return true;
}
