/** The script of the shared worker: one event stream for all tabs of one user in this browser. */
import { EVENT_KINDS } from "../../api/wire.ts";
import { openOwnSource, PROJECT_KINDS, TRANSIENT_KINDS } from "../event_source.ts";
import { ASK_MS, EventHub } from "./event_hub.ts";
import type { TabMessage } from "./worker_messages.ts";

const hub = new EventHub([...TRANSIENT_KINDS, ...PROJECT_KINDS, "reset", ...EVENT_KINDS], openOwnSource);

addEventListener("connect", (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port === undefined) return;
  hub.connect(port);
  // Where browsers tell that a tab has gone, it is forgotten at once.
  port.addEventListener("close", () => hub.forget(port));
  port.onmessage = ({ data }: MessageEvent<TabMessage>) => hub.receive(port, data);
});

setInterval(() => hub.ask(), ASK_MS);
