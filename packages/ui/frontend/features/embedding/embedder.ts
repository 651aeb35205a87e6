/**
 * What the page and the page around it say to each other, where the desk is shown in a frame.
 *
 * The page around it speaks first, by `hero:hello`: only then is its origin known, and only an origin that the operator
 * has set, or the desk's own, is answered.
 */

export type EmbedderMessage =
  | { type: "hero:hello" }
  | { type: "hero:theme"; theme: FrameTheme }
  | { type: "hero:route"; route: string };

/** What the page says; `route` is the fragment of its address. */
export type FrameMessage =
  | { type: "hero:ready"; name: string }
  | { type: "hero:route"; route: string }
  | { type: "hero:unread"; count: number };

export const FRAME_THEMES = ["dark", "light", "system"] as const;
export type FrameTheme = (typeof FRAME_THEMES)[number];

const LONGEST_ROUTE = 500;

export type EmbedderOptions = {
  /** The origins that may show the desk; the desk's own is one of them. A star stands for every name below a name. */
  origins: readonly string[];
  /** Send a message to the page around this one, if its origin is the one that is named. */
  send: (message: FrameMessage, origin: string) => void;
  setTheme: (theme: FrameTheme) => void;
  /** Show another view: a fragment that begins with `#/`. */
  setRoute: (route: string) => void;
  /** The embedder has made itself known. */
  met: () => void;
};

export class Embedder {
  readonly #options: EmbedderOptions;
  #origin: string | null = null;

  constructor(options: EmbedderOptions) {
    this.#options = options;
  }

  /** Take what the page around this one has said; words of others, or of another shape, do nothing. */
  receive(origin: string, data: unknown): void {
    if (!this.#options.origins.some((allowed) => matchesOrigin(origin, allowed))) return;
    const message = parseMessage(data);
    if (message === null) return;
    if (message.type === "hero:hello") {
      this.#origin = origin;
      this.#options.met();
    } else if (message.type === "hero:theme") this.#options.setTheme(message.theme);
    else this.#options.setRoute(message.route);
  }

  /** Say something to the page around this one, once it has made itself known. */
  say(message: FrameMessage): void {
    if (this.#origin !== null) this.#options.send(message, this.#origin);
  }
}

/** Whether an origin is one that a policy's source allows; `https://*.a.org` allows every name below `a.org`. */
export function matchesOrigin(origin: string, allowed: string): boolean {
  if (origin === allowed) return true;
  const [scheme = "", rest] = allowed.split("://*.");
  if (rest === undefined || !origin.startsWith(`${scheme}://`)) return false;
  return origin.slice(scheme.length + 3).endsWith(`.${rest}`);
}

function parseMessage(data: unknown): EmbedderMessage | null {
  if (typeof data !== "object" || data === null) return null;
  const { type, theme, route } = data as Record<string, unknown>;
  if (type === "hero:hello") return { type };
  const known = FRAME_THEMES.find((name) => name === theme);
  if (type === "hero:theme" && known !== undefined) return { type, theme: known };
  if (type !== "hero:route" || typeof route !== "string") return null;
  return route.startsWith("#/") && route.length <= LONGEST_ROUTE ? { type, route } : null;
}
