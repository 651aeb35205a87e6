/** The page in a frame of another page: it takes theme and route from there, and tells where it is. */
import { effect } from "@preact/signals-core";
import type { Desk } from "../../stores/desk.ts";
import { showTheme } from "../../stores/preferences/theme.ts";
import { Embedder } from "./embedder.ts";

type Followed = {
  desk: Desk;
  /** Shows another view. */
  go: (href: string) => void;
  /** Those that the operator allows. */
  origins: readonly string[];
  /** What the page around this one has said before this part was there. */
  early: readonly MessageEvent[];
};

/** Listen to the page around this one. */
export function followEmbedder({ desk, go, origins, early }: Followed): void {
  const embedder = new Embedder({
    origins: [...origins, location.origin],
    send: (message, origin) => parent.postMessage(message, origin),
    // Not remembered: another page around it has another one.
    setTheme: showTheme,
    setRoute: go,
    met: () => {
      embedder.say({ type: "hero:ready", name: desk.name.value });
      tellRoute();
      embedder.say({ type: "hero:unread", count: desk.newsCount.value });
    },
  });
  const tellRoute = () => embedder.say({ type: "hero:route", route: location.hash || "#/" });
  const listen = ({ source, origin, data }: MessageEvent) => {
    if (source === parent) embedder.receive(origin, data);
  };
  early.forEach(listen);
  addEventListener("message", listen);
  addEventListener("hashchange", tellRoute);
  effect(() => embedder.say({ type: "hero:unread", count: desk.newsCount.value }));
}
