"""Run alone in a network: the first day of a desk, from `setup` to a revoked device, and what everybody saw of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from tests.server.mail.dovecot import Dovecot, dovecot
from tests.server.mail.mails import SUPPORT, write
from tests.story.browser import Browser
from tests.story.installed_desk import InstalledDesk, installed_desk
from tests.story.overlay_device import Device
from tests.story.post import DELIVERS_AT, Post, deliver, post_office, vouch
from tests.trust.namespace import LAST, NODE, PEER
from tests.ui.daemons import eventually

PAGE = "http://localhost:9771"
CAROLS = "54f:b680:ba6e:7ced::2"
ANN, BOB, DAVE = "ann@desk.example", "bob@desk.example", "dave@desk.example"
CAROL, ERIN, FRANK = "carol@example.org", "erin@example.org", "frank@example.net"
READ_S = 30.0
# Some 25 s alone.
PLAY_S = 180


class Story:
    """The desk, the people's mail and their devices."""

    def __init__(self, desk: InstalledDesk, post: Post, mailbox: Dovecot) -> None:
        self.desk = desk
        self.post = post
        self.mailbox = mailbox
        self.bob, self.dave, self.carol = Device(PEER), Device(LAST), Device(CAROLS)
        self.tickets: dict[str, int] = {}
        self._mails = 0

    def set_up(self, browser: Browser) -> dict[str, Any]:
        """The operator sets the desk up, and the admin opens the link that was printed."""
        words = ("--name", "VPN support", "--admin", ANN, "--page", PAGE)
        mail = ("--smtp-url", self.post.url, "--mail-from", f"Support <{SUPPORT}>")
        self.desk.run("secret", "set", "MAIL_LISTEN", f"smtp://127.0.0.1:{DELIVERS_AT}")
        done = self.desk.ask("setup", *words, *mail)
        self.desk.run("call", "project.update", 'mail_servers=["mx.desk.example"]', "--operator")
        before = browser.call("user.me")
        pressed = browser.press_button_of(done["link"])
        again = browser.press_button_of(done["link"])
        return {
            "admin": [done["admin"]["email"], done["admin"]["role"], done["mail"]["way"]],
            "mailed": self.post.letter(ANN).token == done["link"].partition("token=")[2],
            "signed in": [before, pressed, browser.call("user.me")["email"], again],
        }

    def invite(self, browser: Browser) -> dict[str, Any]:
        """The admin invites two agents and a customer, and each signs in on a device of their own."""
        added = [browser.call("user.add", email=email, role="agent") for email in (BOB, DAVE)]
        added.append(browser.call("user.add", email=CAROL))
        strangers = [device.call("ticket.list") for device in (self.bob, self.dave, self.carol)]
        by_link = self.bob.call("auth.redeem", token=self.post.letter(BOB).token, device_name="Bob's laptop")
        self.post.letter(DAVE)
        self.dave.call("auth.request_link", email=DAVE)
        by_code = self.dave.call("auth.redeem", email=DAVE, code=self.post.letter(DAVE, "code").code)
        token = self.post.letter(CAROL).token
        self.carol.call("auth.redeem", token=token)
        return {
            "kept from the admin": [one["link"] for one in added],
            "strangers": strangers,
            "by link": [by_link["user"]["email"], by_link["session"]],
            "by code": [by_code["user"]["email"], by_code["user"]["role"]],
            "names": [device.name() for device in (self.bob, self.dave, self.carol)],
            "used link": Device(NODE).call("auth.redeem", token=token),
        }

    def write_to_support(self) -> dict[str, Any]:
        """Who knows the support address alone has a ticket with a receipt, and an agent sees it live."""
        with self.bob.follow() as stream:
            self._deliver(write("Since this morning.", sender=f"Erin Example <{ERIN}>", To=SUPPORT))
            event = stream.wait_for("ticket.created", title="The VPN is down")
        ticket = event["ticket"]
        self.tickets[ERIN] = ticket["ticket_id"]
        receipt = self.post.letter(ERIN)
        return {
            "ticket": [ticket["title"], ticket["body"], ticket["customer_name"]],
            "receipt": f"ticket {ticket['ticket_id']} of VPN support" in receipt.text,
            "not for customers": self.carol.call("ticket.get", ticket_id=ticket["ticket_id"]),
        }

    def talk(self) -> dict[str, Any]:
        """The agent answers on the desk, the customer by mail, the agent by mail as well."""
        ticket_id = self.tickets[ERIN]
        self.bob.call("message.reply", ticket_id=ticket_id, body="Which address do you see?")
        asked = self.post.letter(ERIN, "Which address do you see?")
        with self.bob.follow() as stream:
            self._deliver(asked.answer("It says 10.0.0.7.", f"Erin <{ERIN}>"))
            live = stream.wait_for("message.replied", ticket_id=ticket_id)["message"]
        told = self.post.letter(BOB, "It says 10.0.0.7.")
        self._deliver(told.answer("That is the old gateway; use the new one.", f"Bob <{BOB}>"))
        self._wait_for_messages(ticket_id, 3)
        solved = self.post.letter(ERIN, "That is the old gateway")
        thread = self.bob.call("message.list", ticket_id=ticket_id)["messages"]
        return {
            "reply address": str(asked.message["Reply-To"]).startswith("support+"),
            "live": [live["kind"], live["body"].splitlines()[0], live["author"]],
            "thread": [[one["author"], one["body"].splitlines()[0], one["kind"]] for one in thread],
            "one thread": str(solved.message["Subject"]) == str(asked.message["Subject"]),
            "letters": self.post.count(ERIN),
        }

    def read_a_mailbox(self) -> dict[str, Any]:
        """The same from a mailbox: what was there before, and what comes while the server is told of it."""
        self.mailbox.append(self._vouched(write("By IMAP.", sender=FRANK, To=SUPPORT, subject="Printer")))
        self.desk.run("secret", "set", "IMAP_URL", self.mailbox.url)
        self.desk.run("mail", "status")
        receipt = self.post.letter(FRANK)
        self.mailbox.append(self._vouched(receipt.answer("It is the one in the hall.", FRANK)))
        page = self.bob.call("ticket.list", limit=10)["tickets"]
        (ticket_id,) = [one["ticket_id"] for one in page if one["title"] == "Printer"]
        (answer,) = self._wait_for_messages(ticket_id, 1)
        return {
            "receipt": f"ticket {ticket_id} of VPN support" in receipt.text,
            "answer": answer["body"].splitlines()[0],
            "unseen": eventually(lambda: self.mailbox.count_unseen() == 0, "both are marked as seen"),
            "inbox": self.desk.ask("mail", "inbox")["counts"],
        }

    def leave(self, browser: Browser) -> dict[str, Any]:
        """One signs out, another's device is revoked, and the admin leaves the browser."""
        found: dict[str, Any] = {"signed out": [self.dave.call("auth.sign_out"), self.dave.name()]}
        with self.bob.follow() as stream:
            self.desk.run("call", "user.revoke", f"address={PEER}", "--operator")
            found["ended"] = stream.has_ended.wait(READ_S)
        found["revoked"] = [self.bob.name(), self.bob.call("ticket.list"), self.carol.name()]
        found["browser"] = [browser.sign_out(), browser.call("user.me")]
        found["doctor"] = [
            one for one in self.desk.ask("doctor")["findings"] if one["verdict"] == "fault" and one["check"] != "PATH"
        ]
        return found

    def _deliver(self, mail: Any) -> None:
        self._mails += 1
        deliver(vouch(mail, self._mails))

    def _vouched(self, mail: Any) -> bytes:
        self._mails += 1
        return vouch(mail, self._mails).as_bytes().replace(b"\n", b"\r\n")

    def _wait_for_messages(self, ticket_id: int, count: int) -> list[dict[str, Any]]:
        def look() -> list[dict[str, Any]] | None:
            messages: list[dict[str, Any]] = self.bob.call("message.list", ticket_id=ticket_id)["messages"]
            return messages if len(messages) == count else None

        return eventually(look, f"{count} messages on ticket {ticket_id}", READ_S)


def stop_playing(_number: int, _frame: object) -> None:
    """End a play that hangs by an error, so that everything that it started is ended."""
    raise AssertionError(f"the story is not over within {PLAY_S} s")


def main(dist: Path) -> None:
    signal.signal(signal.SIGALRM, stop_playing)
    signal.alarm(PLAY_S)
    subprocess.run(["ip", "address", "add", f"{CAROLS}/128", "dev", "lo"], check=True)
    env = {**os.environ, "HERO_ASSISTANCE_TCP": "9770"}
    root = Path(env["PATH_ROOT"])
    with ExitStack() as open_now:
        post = open_now.enter_context(post_office())
        mailbox = open_now.enter_context(dovecot(root / "dovecot"))
        desk = open_now.enter_context(installed_desk(dist, env))
        browser = open_now.enter_context(closing(Browser(PAGE)))
        story = Story(desk, post, mailbox)
        found: dict[str, Any] = {"setup": story.set_up(browser), "invited": story.invite(browser)}
        found |= {"support": story.write_to_support(), "talk": story.talk(), "mailbox": story.read_a_mailbox()}
        found["left"] = story.leave(browser)
    found["sockets"] = sorted(path.name for path in desk.paths.service_sockets.glob("*.sock"))
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
