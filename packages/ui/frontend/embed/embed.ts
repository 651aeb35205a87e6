/**
 * The script of `embed.js`, which pages of other products load: the tag `<hero-support>` shows the desk in a frame.
 *
 * Attributes: `theme` (dark, light or system), `route` (the view that it begins with, such as `#/new`), and `tab`: with
 * it, the desk is behind a button at the edge of the page, which has its text. Events: `hero-ready`, `hero-route`,
 * `hero-unread`.
 */

type FrameMessage = { type?: unknown; route?: unknown; count?: unknown; name?: unknown };

const TAG = "hero-support";
// The desk is where its script comes from.
const ROOT = new URL(".", (document.currentScript as HTMLScriptElement | null)?.src ?? document.baseURI);
const STYLE = `
:host { display: block; block-size: 100%; min-block-size: 20rem; }
:host([hidden]) { display: none; }
:host([tab]) { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000;
  block-size: auto; min-block-size: 0; }
iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; }
:host([tab]) iframe { inline-size: min(26rem, calc(100vw - 2rem)); block-size: min(40rem, calc(100vh - 6rem));
  margin-block-end: .75rem; border-radius: .75rem; box-shadow: 0 .5rem 2rem rgb(0 0 0 / .35); }
iframe[hidden] { display: none; }
button { display: block; margin-inline-start: auto; min-block-size: 2.75rem; padding: .5rem 1.25rem; border: 0;
  border-radius: 1.5rem; background: #1d4ed8; color: #fff; font: 600 1rem/1.5 system-ui, sans-serif; cursor: pointer; }
button:focus-visible { outline: 3px solid #93c5fd; outline-offset: 2px; }
`;

class HeroSupport extends HTMLElement {
  static readonly observedAttributes = ["theme", "route"];
  readonly #frame = document.createElement("iframe");
  readonly #button = document.createElement("button");
  #isReady = false;
  #route = "";

  constructor() {
    super();
    this.#frame.allow = "publickey-credentials-get; clipboard-write";
    // An empty frame loads too.
    this.#frame.addEventListener("load", () => this.#frame.src !== "" && this.#send({ type: "hero:hello" }));
    this.#button.type = "button";
    this.#button.addEventListener("click", () => this.#toggle());
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [style];
  }

  connectedCallback(): void {
    addEventListener("message", this.#receive);
    const label = this.getAttribute("tab");
    this.#frame.title = label || this.getAttribute("label") || "Support";
    if (label === null) {
      this.#load();
      this.shadowRoot?.replaceChildren(this.#frame);
    } else {
      this.#frame.hidden = true;
      this.#showCount(0);
      this.#button.setAttribute("aria-expanded", "false");
      this.shadowRoot?.replaceChildren(this.#frame, this.#button);
    }
  }

  disconnectedCallback(): void {
    removeEventListener("message", this.#receive);
    this.#isReady = false;
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (!this.#isReady || value === null || value === before) return;
    if (name === "theme") this.#send({ type: "hero:theme", theme: value });
    else if (value !== this.#route) this.#send({ type: "hero:route", route: value });
  }

  /** The view that is shown, as the fragment of its address; setting it shows another one. */
  get route(): string {
    return this.#route;
  }

  set route(route: string) {
    this.setAttribute("route", route);
  }

  get theme(): string {
    return this.getAttribute("theme") ?? "";
  }

  set theme(theme: string) {
    this.setAttribute("theme", theme);
  }

  #load(): void {
    const address = new URL(ROOT);
    address.hash = this.getAttribute("route") ?? "";
    if (this.#frame.src !== address.href) this.#frame.src = address.href;
  }

  #toggle(): void {
    this.#frame.hidden = !this.#frame.hidden;
    this.#button.setAttribute("aria-expanded", String(!this.#frame.hidden));
    if (!this.#frame.hidden && this.#frame.src === "") this.#load();
  }

  #send(message: object): void {
    this.#frame.contentWindow?.postMessage(message, ROOT.origin);
  }

  // Only the desk's own page, in this very frame, is listened to.
  readonly #receive = ({ source, origin, data }: MessageEvent<FrameMessage | null>): void => {
    if (source === null || source !== this.#frame.contentWindow || origin !== ROOT.origin) return;
    if (data?.type === "hero:ready") this.#begin(String(data.name));
    else if (data?.type === "hero:route") this.#moved(String(data.route));
    else if (data?.type === "hero:unread") this.#counted(Number(data.count));
  };

  #begin(name: string): void {
    this.#isReady = true;
    const theme = this.getAttribute("theme");
    if (theme !== null) this.#send({ type: "hero:theme", theme });
    this.#report("hero-ready", { name });
  }

  #moved(route: string): void {
    if (route === this.#route) return;
    this.#route = route;
    this.#report("hero-route", { route });
  }

  #counted(count: number): void {
    this.#showCount(count);
    this.#report("hero-unread", { count });
  }

  #showCount(count: number): void {
    const label = this.getAttribute("tab") || "Support";
    this.#button.textContent = count > 0 ? `${label} (${count})` : label;
  }

  #report(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

if (customElements.get(TAG) === undefined) customElements.define(TAG, HeroSupport);
