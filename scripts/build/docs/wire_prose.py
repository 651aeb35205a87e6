"""The words of `docs/wire.md` that are not made of the OpenRPC document; their figures are the server's own."""

from __future__ import annotations

from hero_assistance_httpd.downloads import PICTURES, POLICY
from hero_assistance_sdk.limits import DEFAULTS, JSON_DEPTH
from hero_assistance_sdk.rpc.dispatch import BATCH_LIMIT
from hero_assistance_sdk.size_limits import ANSWER_BYTES, BATCH_BYTES, PAGE_BYTES
from hero_assistance_sdk.sse import PING_S
from hero_assistance_server.attachments.service import UNUSED_LIMIT
from hero_assistance_server.presence.rules import LEASE_S, MOST_SCREENS
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.realtime.hub import QUEUE_LIMIT
from hero_assistance_server.storage.garbage_collection import UNUSED_FOR
from hero_assistance_server.storage.sql.search.document import DOCUMENT_LIMIT

INTRODUCTION = f"""\
# The wire

What the ticket server says and understands. Everything here is made from the program itself; the same is in
`GET /openrpc.json` and in the method `rpc.discover`, for programs.

| where | what |
|---|---|
| `<sockets>/hero_assistance/rpc.sock` | `POST /rpc`, `GET /openrpc.json`, `POST /attachments`, `GET /attachments/ID` |
| `<sockets>/hero_assistance/events.sock` | `GET /events` |
| TCP, port 9770 | all of these, for programs of the overlay (`400::/7`) and of this machine; others get 403 |

All three answer `GET /health` and `GET /.well-known/heroservice.json`.

## Calls

JSON-RPC 2.0 over HTTP: params by name or by position (in the order of the tables below), notifications (answered
with 204), batches of up to {BATCH_LIMIT}, whose calls run one after the other. Once their answers have {BATCH_BYTES}
bytes together, the rest of a batch is refused with `batch-full` and not run; no answer has more than {ANSWER_BYTES}
bytes. A request is at most {DEFAULTS.body_bytes}
bytes, and its JSON at most {JSON_DEPTH} levels deep; these and the other limits are settings, see
[operations.md](operations.md#limits). NaN, Infinity and lone surrogates are no JSON.
Unknown params are errors; there is no param that says who calls.

```
curl --unix-socket ~/hero/var/sockets/hero_assistance/rpc.sock http://x/rpc \\
     -d '{{"jsonrpc":"2.0","id":1,"method":"ticket.create","params":{{"title":"VPN","body":"It is down."}}}}'
```

Lists come in pages. `next_cursor` (in some methods `next_after` or `next_before`) asks for the next one, with the other
params as they were; it is null at the end. A page has at most `limit` rows and {PAGE_BYTES} bytes of them, so that it
may be shorter than `limit` in the middle of a list.

Times are integers: milliseconds since 1970 in UTC. A client ignores fields that it does not know.

## Orders

`ticket.list` has two orders, and each promises something else. `activity`, the newest first, is for screens: a ticket
that changes between two pages moves to the front and may be in no page; the events after the first page's `seq` have
it. `id`, the oldest first, is for programs that read everything: each ticket that is in the list from the first page to
the last is in one of them and in no other; what is filed meanwhile comes at the end. A cursor is of the order that it
came from.

A thread is in the order of its messages' `created_at`, and of `message_id` where that is the same. The text of a ticket
that was merged into another one has the time at which that ticket was filed.

## Filters

`ticket.list` and saved views take a filter, such as `status:open assignee:me -tag:vpn after:2026-01-01`;
`search.tickets` takes words as well. The terms
are separated by spaces, and a ticket must fit all of them; a minus turns a term around. A value with spaces is put in
quotes, `tag:"two words"`, in which `\\"` is a quote.

| term | a ticket that |
|---|---|
| `status:` | has this status; two of them ask for either |
| `priority:` | has this priority; two of them ask for either |
| `assignee:` | is assigned to this agent, or to `me`; two of them ask for either |
| `customer:` | was filed by this person, or by `me`; two of them ask for either |
| `tag:` | has this tag; two of them ask for both |
| `is:` | is `unassigned`, `active` (new, open or waiting), `done` (solved or closed) or `merged` |
| `is:overdue` | was promised a first answer for a time that is past, and was not given one |
| `before:2026-01-31` | was filed before that day began in the call's `time_zone`, else the caller's own, else UTC |
| `after:2026-01-31` | was filed on that day or later |
| `word` | has this word in its title, its text, a message, a name or, for agents, a tag; in any case and accents |
| `"two words"` | has these words after each other |
| `word*` | has a word that begins so |

A customer's filter by tag, assignee or `is:unassigned` is refused unless the project shares these, and one by
`is:overdue` always: the answer would tell what is the team's.

Of a thread with more than {DOCUMENT_LIMIT // 1024} Ki characters, the newest messages are searched. What is in no word,
such as `!?`, is not looked at.

## Placeholders

Canned replies, and the texts of macros, have placeholders, which are filled in for a ticket and for the agent who uses
them. Unknown ones are refused when the text is saved.

| placeholder | what is written |
|---|---|
| `{{{{customer.name}}}}` | the name of the ticket's customer |
| `{{{{customer.first_name}}}}` | its first word; nothing while the customer has no name but an id or an address |
| `{{{{agent.name}}}}`, `{{{{agent.first_name}}}}` | the same of the agent |
| `{{{{agent.signature}}}}` | what the agent has set by `user.update_me` |
| `{{{{ticket.id}}}}`, `{{{{ticket.number}}}}` | the ticket's number |
| `{{{{ticket.title}}}}` | its title |
| `{{{{ticket.link}}}}` | where users open it; an admin sets the address of the pages by `project.update` |

What follows a bar is written where there is nothing to fill in: `{{{{customer.first_name|there}}}}`. A backslash before
braces leaves them as they are: `\\{{{{ .Values.x }}}}` is sent as `{{{{ .Values.x }}}}`; before a placeholder, two
backslashes are one.

## Who is calling

| listener | `--auth-mode=hero` | `--auth-mode=dev` |
|---|---|---|
| Unix socket | `X-Hero-User`, required; a new name is a customer | `X-Dev-User`; without it, the admin |
| TCP, this machine | no caller is known | as on the Unix socket |
| TCP, overlay | no caller is known | no caller is known |
"""

FILES = f"""\
## Files

`POST /attachments?name=trace.txt` takes a file as its body, of at most \
{ProjectSettings().attachment_bytes // 1024**2} MiB unless the project has set another limit, and answers
201 with an [Attachment](wire/types.md#attachment) when it is on the disk. Only its uploader sees it until
`message.reply`, `message.note` or `ticket.create` name it in `attachments`; after that everybody who sees the
message or the ticket.
What nothing has named after {UNUSED_FOR.days * 24} hours is deleted. One person may have {UNUSED_LIMIT} such files.
What is beyond a [quota](operations.md#what-admins-set) is refused with 507 and `quota-full`, what comes too often with
429, `too-often` and `Retry-After`, and every file with 503 and `disk-full` while the disk has no more than its reserve.

`type` is what the content says: neither the name nor a header is believed, and HTML and SVG are `text/plain`.

`GET /attachments/ID` answers with the bytes: `{"`, `".join(sorted(PICTURES))}` inline, anything
else as a download, all with `X-Content-Type-Options: nosniff` and `Content-Security-Policy: {POLICY}`. `HEAD`,
`If-None-Match`, `If-Range` and one `Range` of bytes (`0-99`, `100-`, `-100`) work; several ranges at once get 416.

```
curl --unix-socket ~/hero/var/sockets/hero_assistance/rpc.sock 'http://x/attachments?name=trace.txt' \\
     -H 'Content-Type: application/octet-stream' --data-binary @trace.txt
```
"""

EVENTS = f"""\
## Events

`GET /events` streams server-sent events to a caller for as long as both live. Agents are told everything of every
ticket; a customer of the tickets that are theirs or that they collaborate on, and never of a note. The ticket in an
event is as its reader may see it.

* `id:` is the event's number. `Last-Event-ID: N`, or `?since=N`, continues after it, without a gap or a duplicate;
  the header wins. With neither, the stream starts now, and its first lines say where now is.
* Snapshots (`ticket.list`, `message.list`) carry `seq`, the number of the last event that is in them: apply what
  comes after it, and the snapshot is what it would be if it were fetched again. A list shows of a ticket what the
  ticket of an event has as well, without its text and files; each page of a thread is a snapshot of its own.
  Applying is: set the `ticket` by its id, set the `message` by its id, set a record by its own, forget what a `removed`
  record names. After `ticket.shown`, `ticket.merged` and `ticket.split`, fetch the thread of the event's ticket again;
  after `draft.saved`, the draft (null: it is gone). After `view.ordered`, saved views stand in that order, and the
  others behind them by name.
* A `user` record carries a name: show it on that person's tickets and messages too. A customer keeps in the list of
  people agents and themselves. Whose own role is another fetches a snapshot.
* `event: connected` is the first event of a stream: the stream's name, for `presence.beat`, and who is present at the
  tickets that its reader sees ([Connected](wire/types.md#connected)). `event: presence` says what one user does at one
  ticket from now on ([PresenceChange](wire/types.md#presencechange)); after `ticket.hidden`, forget who is there.
  Neither has a number, and none is sent again: `connected` says it all again. Somebody is gone as soon as their
  stream ends, they are at another ticket, or {LEASE_S:.0f} s after their last beat. Windows that share a stream
  tell their places apart by `screen`, at most {MOST_SCREENS} of them.
* `event: ping` comes after {PING_S:.0f} s without anything else; a client that hears nothing for 2.5 times as long
  connects again.
* `event: reset` says that the number asked for is unknown here: fetch a snapshot; events go on after the
  reset's `seq`.
* Numbers grow by one from event to event, but for gaps: after a restore or an import they go on at the microseconds
  since 1970. No number is given twice, so a client that has seen events which the restored data lack gets a reset.
* `event: counts` is for agents: the numbers of their views, when they have changed and when a stream begins, a few
  times a second at most. It has no `id:` and is not replayed.
* The stream of a user who is deactivated ends; who asks again gets `403` and an error with the reason `deactivated`.
  After `401` or `403` a client stops: asking again does not change the answer.
* A reader that falls {QUEUE_LIMIT} events behind is disconnected; it comes back with `Last-Event-ID` and misses
  nothing.

```
curl -N --unix-socket ~/hero/var/sockets/hero_assistance/events.sock http://x/events -H 'Last-Event-ID: 0'
```
"""

FIXTURES = """\
The examples are of a project with Alice (admin), Bob (agent), Carol and Dave (customers), in which this has been said;
`-->` is what a caller sends, without `jsonrpc` and `id`, `<--` the `result`. The tests make every one of them.
"""

ERRORS = """\
An error has `code`, `message` (one line for a person) and `data`: `reason`, often a `hint`, and for wrong params
`faults`, one text for each, and `field_faults` with the kind of each. A `conflict` about a merged ticket has
`merged_into`, the number of the ticket where it goes on. Where waiting helps there is `retry_after`, in seconds. HTTP
answers 200 to a call; the HTTP status below is for what is not a call: a refused stream, a body that is too large.
"""

REFUSALS = """\
Where the table has a kind for it, the data of an error say why the call is refused by `kind`, and by `values` what the
table names between backquotes, so that a program can say it in words of its own. A later release may send kinds that
are not here: then the `message` says it. `rpc.discover` has them in `x-refusals`.
"""

FAULTS = """\
For each text of `faults`, `field_faults` has an object with `param`, such as `open_hours.mon.0`, and `kind`, so that a
program can say it in words of its own; where the table names them it has `limit`, `value`, `meant`, `known`, `key` and
`place` too. Characters are counted from 1. A `conflict` about a name or an address that is taken has `field_faults` as
well.
"""
