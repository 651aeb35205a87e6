/** Tells of news by the desktop and by a sound, once for all tabs of this browser. */
import { desk, newsSetting, ownStorage } from "../../app.ts";
import { formatList } from "../../i18n/formats.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { News } from "../../stores/news/news.ts";
import { NewsBurst, type Summary, summarize } from "../../stores/news/news_burst.ts";
import { type Bid, type Bus, NewsClaims } from "../../stores/news/news_claims.ts";
import type { Project } from "../../stores/project.ts";
import { QuietStorage } from "../../stores/quiet_storage.ts";
import { INBOX, threadHref } from "../../stores/route.ts";
import { playSound } from "./sound.ts";

const CHANNEL = "hero_assistance.news";
// The tab that shows the ticket to its user wins, and says nothing; then one that is in front.
const LOOKING = 2;
const IN_FRONT = 1;
const HIDDEN = 0;

const claims = new NewsClaims({
  tab: Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join(""),
  bus: openBus(),
  storage: new QuietStorage(() => ownStorage),
});

type Told = { project: Project; news: News };

const burst = new NewsBurst<Told>((all) => void tellAll(all));

/** Tell of it, if this is the tab that does; of many that come at once, by one notification and one sound. */
export function tell(project: Project, news: News): void {
  burst.add({ project, news });
}

async function tellAll(all: readonly Told[]): Promise<void> {
  const ours = await claimOurs(all);
  if (ours.length === 0) return;
  if (newsSetting.choice.value.sound) void playSound();
  if (!newsSetting.choice.value.desktop) return;
  const summary = summarize(ours.map(({ news }) => news));
  if (summary === null) for (const { project, news } of ours) show(project, news);
  else if (ours[0] !== undefined) showSummary(ours[0].project, summary);
}

/** Return what this tab tells of. Who looks at a ticket sees what is new there. */
async function claimOurs(all: readonly Told[]): Promise<Told[]> {
  const bids = all.map((told) => ({ told, key: claimKey(told.project, told.news), rank: rankOf(told) }));
  const won = await claims.claim(bids.map(({ key, rank }) => ({ key, rank })));
  const isSeen = ({ told, rank }: (typeof bids)[number]) => rank === LOOKING && rankOf(told) === LOOKING;
  return bids.filter((bid) => won.has(bid.key) && !isSeen(bid)).map(({ told }) => told);
}

/** In dev mode, tabs of one browser may be several users', each with news of their own. */
function claimKey(project: Project, { key }: Pick<News, "key">): string {
  return `${project.session.me.peek()?.user_id ?? ""}/${key}`;
}

function rankOf({ project, news: { ticketId } }: Told): number {
  if (!desk.isVisible.peek() || !document.hasFocus()) return HIDDEN;
  const open = desk.openTicket.peek();
  return open?.project === project && open.ticketId === ticketId ? LOOKING : IN_FRONT;
}

function show(project: Project, news: News): void {
  const body = news.kind === "ticket" ? news.title : news.text;
  notify(titleOf(news), { body, tag: claimKey(project, news) }, threadHref(project.id, news.ticketId));
}

/** One that is told after another takes its place. */
function showSummary(project: Project, { count, titles, ticketId }: Summary): void {
  const title = tn("{count} ticket has news", "{count} tickets have news", count);
  const body = formatList(titles, { type: "unit" });
  notify(title, { body, tag: claimKey(project, { key: "summary" }) }, hrefOfSummary(project, ticketId));
}

function hrefOfSummary(project: Project, ticketId: number | null): string {
  return ticketId === null ? INBOX : threadHref(project.id, ticketId);
}

function notify(title: string, options: NotificationOptions, href: string): void {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const icon = document.querySelector<HTMLLinkElement>("link[rel~=icon]")?.href;
  const shown = new Notification(title, { ...options, ...(icon !== undefined && { icon }) });
  shown.onclick = () => {
    window.focus();
    location.hash = href;
    shown.close();
  };
}

function titleOf({ kind, author, title }: News): string {
  if (kind === "ticket") return t("New ticket from {author}", { author });
  if (kind === "mention") return t("{author} mentions you on {title}", { author, title });
  return t("{author} answered {title}", { author, title });
}

function openBus(): Bus {
  // Another desk of this address has news of its own.
  const channel = new BroadcastChannel(`${CHANNEL} ${new URL(".", document.baseURI).pathname}`);
  return {
    post: (bid) => channel.postMessage(bid),
    listen: (hear) => {
      channel.onmessage = ({ data }: MessageEvent<Bid>) => hear(data);
    },
  };
}
