/** Parts of the features, with tickets and messages that no server has. */
import { useMemo } from "preact/hooks";
import { ApiError } from "../api/errors.ts";
import type { SendFile } from "../api/upload.ts";
import { Composer } from "../features/composer/composer.tsx";
import { connectionStatus } from "../features/connection_status/status.ts";
import { Messages } from "../features/thread/messages.tsx";
import { TicketList } from "../features/ticket_list/ticket_list.tsx";
import { TicketPanel } from "../features/ticket_panel/ticket_panel.tsx";
import { UploadList } from "../features/uploads/uploads.tsx";
import type { Phase } from "../stores/access/project_session.ts";
import { Uploads } from "../stores/tickets/uploads.ts";
import { demo, TICKETS } from "./fixtures.ts";
import { Part, State } from "./part.tsx";

const PHASES: Phase[] = ["loading", "live", "behind", "down", "refused"];

export function FeatureParts() {
  const [ticket] = TICKETS;
  if (ticket === undefined) return null;
  return (
    <>
      <Part name="Connection">
        {PHASES.map((phase) => (
          <p key={phase} class="connection" data-phase={phase}>
            <span class="dot" />
            {connectionStatus([phase]).words}
          </p>
        ))}
      </Part>
      <Part name="Files to send">
        <State name="on its way, there, refused">
          <Files />
        </State>
      </Part>
      <Part name="List" stacked>
        <div class="design-list">
          <TicketList />
        </div>
      </Part>
      <Part name="Thread" stacked>
        <div class="thread design-thread">
          <Messages project={demo} ticket={ticket} thread={demo.thread(ticket.ticket_id)} marked={null} />
          <Composer project={demo} ticket={ticket} />
        </div>
      </Part>
      <Part name="Panel" stacked>
        <TicketPanel project={demo} ticket={ticket} />
      </Part>
    </>
  );
}

const FILES = ["on-its-way.png", "there.pdf", "refused.zip"];

const sendFile: SendFile = (file, told) => {
  told(0.4);
  if (file.name === "refused.zip") {
    return { done: Promise.reject(new ApiError("The file is larger than 25 MB")), abort: () => {} };
  }
  const attachment = { attachment_id: 1, name: file.name, size: 7, type: "application/pdf", width: null, height: null };
  return { done: file.name === "there.pdf" ? Promise.resolve(attachment) : new Promise(() => {}), abort: () => {} };
};

function Files() {
  const uploads = useMemo(() => {
    const made = new Uploads(sendFile, demo.call);
    made.add(FILES.map((name) => new File(["content"], name)));
    return made;
  }, []);
  return <UploadList uploads={uploads} />;
}
