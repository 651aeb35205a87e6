import assert from "node:assert/strict";
import { test } from "node:test";
import type { TicketMail } from "../../api/wire.ts";
import { withoutWarning } from "./mail_warning.ts";

const REASON = "no mail server vouches for its sender";
const WARNING = `This mail says that it is from dave@example.org. It acts for no user: ${REASON}.`;
const BODY = `${WARNING}\n\nSince this morning.\n\nDave`;

function mail(fields: Partial<TicketMail> = {}): TicketMail {
  return {
    mail_id: 1,
    message_id: null,
    sender: "dave@example.org",
    subject: "Sale",
    received_at: 1,
    warning: REASON,
    warning_kind: "customer_unproved",
    is_bounce: false,
    has_html: false,
    ...fields,
  };
}

test("the warning that the mark says is not said again", () => {
  assert.equal(withoutWarning(BODY, mail()), "Since this morning.\n\nDave");
  // A sender who begins with the same words has written them.
  assert.equal(withoutWarning(`${WARNING}\n\n${BODY}`, mail()), BODY);
});

test("it stays where no mark says it", () => {
  for (const unmarked of [undefined, mail({ warning: "" }), mail({ warning: "another" }), mail({ is_bounce: true })]) {
    assert.equal(withoutWarning(BODY, unmarked), BODY);
  }
});

test("a text without it stays as it is", () => {
  for (const body of ["Since this morning.", "", WARNING, `Since\n\n${BODY}`]) {
    assert.equal(withoutWarning(body, mail()), body);
  }
});
