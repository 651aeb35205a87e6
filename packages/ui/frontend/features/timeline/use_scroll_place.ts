/** Where a reader of a thread is: kept when something is put above, and at the end when something arrives there. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

// Nearer to the end than this, a reader wants to see what arrives.
const NEAR_END_PX = 120;
// What has no place in the thread for itself, and is no anchor.
const ANCHORS = "[data-message]";

type Anchor = { id: string; top: number };

type Watched = {
  /** Names what is shown at each end: when one of them changes, something was put there. */
  first: string;
  last: string;
  /** Whether the last one is the reader's own: they are taken to it. */
  isOwn: boolean;
  /** Whether the end of the thread is shown. */
  isAtEnd: boolean;
};

export type ScrollPlace = {
  scroller: RefObject<HTMLElement | null>;
  /** Whether something arrived below what is seen. */
  hasNews: boolean;
  /** To be called on each scroll. */
  follow: () => void;
  /** To be called before something is put above. */
  remember: () => void;
  /** Go to the end; it is shown already. */
  toEnd: () => void;
  /** Stay where an element was shown, and follow the end no more. */
  leaveEnd: () => void;
  isFollowing: () => boolean;
};

export function useScrollPlace({ first, last, isOwn, isAtEnd }: Watched): ScrollPlace {
  const scroller = useRef<HTMLElement>(null);
  const follows = useRef(true);
  const hasNews = useSignal(false);
  const anchor = useRef<Anchor | null>(null);
  const remember = () => {
    anchor.current = scroller.current === null ? null : anchorIn(scroller.current);
  };

  useLayoutEffect(() => {
    if (follows.current && isAtEnd) jumpToEnd(scroller.current);
    else restore(scroller.current, anchor.current);
    remember();
  }, [first, isAtEnd]);

  useLayoutEffect(() => {
    if ((follows.current || isOwn) && isAtEnd) jumpToEnd(scroller.current);
    else hasNews.value = true;
    remember();
  }, [last]);

  // The composer and what is above grow and shrink; a reader of the end goes on reading the end.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (follows.current) jumpToEnd(element);
    });
    observer.observe(element);
    if (element.firstElementChild !== null) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);

  const follow = () => {
    const element = scroller.current;
    if (element === null) return;
    follows.current = isAtEnd && element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (follows.current) hasNews.value = false;
    remember();
  };
  const toEnd = () => {
    follows.current = true;
    hasNews.value = false;
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: "smooth" });
  };
  const leaveEnd = () => {
    follows.current = false;
    remember();
  };
  return {
    scroller,
    hasNews: hasNews.value,
    follow,
    remember,
    toEnd,
    leaveEnd,
    isFollowing: () => follows.current,
  };
}

/** Return the first message that is seen, of those that stand together: the ticket's own text stands above them. */
function anchorIn(scroller: HTMLElement): Anchor | null {
  const top = scroller.getBoundingClientRect().top;
  const bottom = top + scroller.clientHeight;
  let opening: Anchor | null = null;
  for (const element of scroller.querySelectorAll<HTMLElement>(ANCHORS)) {
    const box = element.getBoundingClientRect();
    if (box.top > bottom) break;
    if (box.bottom <= top) continue;
    const found = { id: element.dataset.message ?? "", top: box.top };
    if (found.id !== "0") return found;
    opening = found;
  }
  return opening;
}

/** Put the anchor where it was. */
function restore(scroller: HTMLElement | null, anchor: Anchor | null): void {
  if (scroller === null || anchor === null) return;
  const element = scroller.querySelector(`[data-message="${CSS.escape(anchor.id)}"]`);
  if (element !== null) scroller.scrollTop += element.getBoundingClientRect().top - anchor.top;
}

function jumpToEnd(element: HTMLElement | null): void {
  if (element !== null) element.scrollTop = element.scrollHeight;
}
