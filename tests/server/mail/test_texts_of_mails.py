"""Quotes, HTML, proofs of senders and delivery reports: pure parts of reading a mail."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.languages.language import Language
from hero_assistance_server.languages.registry import LANGUAGES
from hero_assistance_server.mail.receiving.filing.sender_rules import SenderFacts, Standing, judge_sender
from hero_assistance_server.mail.receiving.parsing.authentication_results import SenderProof, read_proof
from hero_assistance_server.mail.receiving.parsing.html_text import convert_html, picture_namer
from hero_assistance_server.mail.receiving.parsing.parser import parse_mail
from hero_assistance_server.mail.receiving.parsing.plain_text import join_flowed
from hero_assistance_server.mail.receiving.parsing.quoted_text import split_quote
from hero_assistance_server.mail.receiving.sources.imap_url import parse_imap_url
from hero_assistance_server.mail.receiving.sources.listen_address import BadMailSetting, parse_listen_address
from hero_assistance_server.mail.reply_marker import make_marker
from hero_assistance_server.users.model import User
from tests.bounded_work import bounded_work
from tests.server.mail.reports import REPORT

pytestmark = pytest.mark.pure

OWN = "support+token@desk.example"


def is_own(address: str) -> bool:
    return address == OWN


@pytest.mark.parametrize(
    "introduction",
    [
        f"On Mon, 1 Jan 2026 at 10:00, Support <{OWN}> wrote:",
        f"On Mon, 1 Jan 2026 at 10:00, Support of the Desk\n<{OWN}> wrote:",
        f"Am 01.01.26 um 10:00 schrieb Support <{OWN}>:",
        f"Le lun. 1 janv. 2026 à 10:00, Support <{OWN}> a écrit :",
        f"El 1 ene 2026, a las 10:00, Support <{OWN}> escribió:",
        f"2026年1月1日(月) 10:00 Support <{OWN}>:",
        f"pon., 1 sty 2026 o 10:00 Support <{OWN}> napisał(a):",
        f"-----Original Message-----\nFrom: Support <{OWN}>\nSent: Monday",
        f"________________________________\nVon: Support <{OWN}>\nGesendet: Montag",
        f"---- On Mon, 01 Jan 2026 10:00:00 Support <{OWN}> wrote ----",
    ],
)
def test_a_quote_begins_with_its_introduction(introduction: str) -> None:
    answer, quote = split_quote(f"It works.\nThanks\n\n{introduction}\n> Use water.", is_own)
    assert answer.strip("\\ \n") == "It works.\nThanks"
    assert quote.endswith("> Use water.")


@pytest.mark.parametrize("written", ["{}", "> {}", "\\\\\n{}"], ids=["whole", "quoted", "broken line"])
@pytest.mark.parametrize("blank", [" ", "  ", "\u00a0"], ids=["blank", "two blanks", "no-break"])
@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_a_quote_begins_with_the_marker_of_each_language(language: Language, blank: str, written: str) -> None:
    marker = make_marker(language)
    marker = written.format(marker.replace(" ", blank))
    answer, quote = split_quote(f"It works.\nThanks\n\n{marker}\n> Use water.", is_own)
    assert answer.strip("\\ \n") == "It works.\nThanks"
    assert quote.endswith("> Use water.")


def test_an_answer_below_the_quote_stays_whole() -> None:
    text = f"On Mon, Support <{OWN}> wrote:\n> Use water.\n\nIt works."
    assert split_quote(text, is_own) == (text, "")


def test_an_address_in_a_sentence_begins_no_quote() -> None:
    text = f"I wrote to {OWN} yesterday, and nothing happened.\nPlease help."
    assert split_quote(text, is_own)[0] == text


def test_without_our_address_the_general_rules_find_the_quote() -> None:
    text = "It works.\n\nOn Mon, Jan 1, 2026 at 10:00 AM Bob <bob@example.org> wrote:\n> Use water."
    answer, quote = split_quote(text, is_own)
    assert answer == "It works."
    assert "Use water." in quote


def test_nothing_of_a_text_is_lost() -> None:
    text = f"one\n\ntwo\n\nOn Mon 1, Support <{OWN}> wrote:\n\n> three\n\nfour"
    answer, quote = split_quote(text, is_own)
    assert "".join(f"{answer}{quote}".split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "> " * 50_000,
        "\n" * 50_000,
        "On " * 30_000,
        "On Mon, " * 2_000,
        "- - " * 4_000,
        ("From: a\n" * 2_000),
        (" " * 9_999 + "x") * 2,
        "sent from my " * 1_500,
        "_" * 19_000,
        ("mail " * 3_900),
    ],
)
def test_no_text_takes_long(text: str) -> None:
    with bounded_work():
        split_quote(text, is_own)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("<b>bold</b> and <i>italic</i>", "**bold** and _italic_"),
        ("<b></b>x", "x"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
        ("<blockquote>old</blockquote>new", "> old\n\nnew"),
        ('<a href="https://example.org/x">here</a>', "here <https://example.org/x>"),
        ('<a href="https://example.org">https://example.org</a>', "https://example.org"),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ("<script>alert(1)</script>x<style>p{}</style>", "x"),
        ("<title>t</title>x<!-- comment -->", "x"),
        ('<img src="https://evil.example/pixel.gif">x', "x"),
        ('<img src="cid:a@b">', "[picture: fire.png]"),
        ("a &amp; b &lt;c&gt; &nbsp;d", "a & b <c>  d"),
        ("<pre>  one\n  two</pre>", "  one\n  two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a  b\nc"),
        ("<p>unclosed <b>bold", "unclosed **bold**"),
        ("<<p>>>x", "<\n\n>>x"),
    ],
)
def test_html_is_text(html: str, text: str) -> None:
    assert convert_html(html, picture_namer({"a@b": "fire.png"})) == text


@pytest.mark.parametrize("html", ["<div>" * 20_000 + "x", "<b>" * 20_000, "<blockquote>" * 5_000 + "x", "<" * 100_000])
def test_deep_html_takes_no_time(html: str) -> None:
    with bounded_work():
        convert_html(html, picture_namer({}))


@pytest.mark.parametrize(
    ("field", "proof"),
    [
        ("mx.example; dmarc=pass header.from=example.org", SenderProof.PASSED),
        ("mx.example 1; dmarc=pass (p=none) header.from=EXAMPLE.org.", SenderProof.PASSED),
        ("MX.example; spf=fail; dkim=fail; dmarc=pass header.from=example.org", SenderProof.PASSED),
        ("mx.example; dmarc=fail header.from=example.org", SenderProof.FAILED),
        ("mx.example; dmarc=pass header.from=evil.example", SenderProof.NONE),
        ("mx.example; dmarc=pass", SenderProof.NONE),
        ("mx.example; dmarc=none; dkim=pass header.d=example.org", SenderProof.PASSED),
        ("mx.example; dkim=pass header.i=@example.org", SenderProof.PASSED),
        ("mx.example; dkim=pass header.d=evil.example", SenderProof.NONE),
        ("mx.example; dkim=pass header.d=org", SenderProof.NONE),
        ("mx.example; dkim=fail header.d=example.org", SenderProof.NONE),
        ("mx.example; spf=pass smtp.mailfrom=erin@example.org", SenderProof.PASSED),
        ("mx.example; spf=pass smtp.mailfrom=x@evil.example", SenderProof.NONE),
        ("mx.example; spf=softfail smtp.mailfrom=erin@example.org", SenderProof.NONE),
        ("mx.example; none", SenderProof.NONE),
        ("other.example; dmarc=pass header.from=example.org", SenderProof.NONE),
        ("(mx.example) other; dmarc=pass header.from=example.org", SenderProof.NONE),
        ("mx.example (; dmarc=pass header.from=example.org)", SenderProof.NONE),
        ("", SenderProof.NONE),
        (";" * 10_000, SenderProof.NONE),
        ("(" * 10_000, SenderProof.NONE),
    ],
)
def test_the_mail_server_s_word(field: str, proof: SenderProof) -> None:
    assert read_proof([field], ["mx.example"], "example.org") is proof


def test_of_several_fields_the_uppermost_counts() -> None:
    fields = ["mx.example; dmarc=fail", "mx.example; dmarc=pass header.from=example.org"]
    assert read_proof(fields, ["mx.example"], "example.org") is SenderProof.FAILED


def test_without_a_trusted_server_nothing_is_proved() -> None:
    assert read_proof(["; dmarc=pass header.from=example.org"], ["", " "], "example.org") is SenderProof.NONE


CUSTOMER, AGENT = User(UserId("carol"), "Carol", Role.CUSTOMER), User(UserId("bob"), "Bob", Role.AGENT)
GONE = User(UserId("dan"), "Dan", Role.CUSTOMER, active=False)


@pytest.mark.parametrize(
    ("user", "proof", "own", "newcomers", "standing"),
    [
        (None, SenderProof.NONE, False, True, Standing.NEWCOMER),
        (None, SenderProof.PASSED, False, True, Standing.NEWCOMER),
        (None, SenderProof.FAILED, False, True, Standing.UNPROVED),
        (None, SenderProof.PASSED, False, False, Standing.UNPROVED),
        (CUSTOMER, SenderProof.PASSED, False, True, Standing.USER),
        (CUSTOMER, SenderProof.NONE, True, True, Standing.USER),
        (CUSTOMER, SenderProof.NONE, False, True, Standing.UNPROVED),
        (CUSTOMER, SenderProof.FAILED, True, True, Standing.UNPROVED),
        (AGENT, SenderProof.PASSED, False, True, Standing.USER),
        (AGENT, SenderProof.NONE, True, True, Standing.UNPROVED),
        (GONE, SenderProof.PASSED, True, True, Standing.UNPROVED),
    ],
)
def test_for_whom_a_mail_acts(
    user: User | None, proof: SenderProof, own: bool, newcomers: bool, standing: Standing
) -> None:
    assert judge_sender(SenderFacts(user, proof, own, newcomers)).standing is standing


def test_a_delivery_report_is_read() -> None:
    report = parse_mail(REPORT).report
    assert report is not None
    assert (report.recipient, report.status, report.reason) == ("carol@example.org", "5.1.1", "550 no such user")
    assert report.letter_ids == ("ticket-1.2.x@desk.example",)
    assert report.is_final


def test_a_delay_is_not_final() -> None:
    report = parse_mail(REPORT.replace(b"failed", b"delayed").replace(b"5.1.1", b"4.4.1")).report
    assert report is not None
    assert not report.is_final


@pytest.mark.parametrize(
    "text",
    [
        "imap.example.org",
        "https://a:b@imap.example.org",
        "imaps://imap.example.org",
        "imaps://user@imap.example.org",
        "imap://user:secret@imap.example.org",
        "imaps://user:secret@imap.example.org/INBOX?x",
        "imaps://user:secret@imap.example.org/INBOX?starttls=always",
        "imap://user:secret@imap.example.org/INBOX?starttls=never",
        "imap://user:secret@imap.example.org/INBOX?starttls=offered",
        "imap://user:secret@imap.example.org/INBOX?starttls=always&starttls=never",
        "imap://user:secret@imap.example.org/INBOX?starttls=always&ca=/x%0Ay",
        "imap://user:secret@imap.example.org/INBOX#x",
        "imaps://user:secret@imap.example.org:port/",
        "imaps://us%0Aer:secret@imap.example.org",
    ],
)
def test_an_unusable_mailbox_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(BadMailSetting) as refused:
        parse_imap_url(text)
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    ("text", "encryption"),
    [
        ("imaps://a:b@imap.example.org", "tls"),
        ("imap://a:b@imap.example.org?starttls=always", "always"),
        ("imap://a:b@127.0.0.1/INBOX?starttls=always", "always"),
        ("imap://a:b@127.0.0.1", "never"),
        ("imap://a:b@[::1]/INBOX?starttls=never", "never"),
        ("imap://a:b@localhost", "never"),
    ],
)
def test_a_mailbox_says_how_it_is_encrypted(text: str, encryption: str) -> None:
    assert parse_imap_url(text).encryption == encryption


def test_a_mailbox_is_read_from_its_url() -> None:
    mailbox = parse_imap_url("imaps://support%40desk.example:s%3Acret@imap.example.org/Team/Inbox")
    assert (mailbox.user, mailbox.password, mailbox.port, mailbox.folder) == (
        "support@desk.example",
        "s:cret",
        993,
        "Team/Inbox",
    )
    assert "s:cret" not in f"{mailbox!r}{mailbox.name}"


@pytest.mark.parametrize(
    "text", ["lmtp://0.0.0.0:25", "smtp://desk.example:25", "lmtp://127.0.0.1", "http://127.0.0.1:25", "25", "lmtp:x"]
)
def test_a_listener_is_of_this_machine(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(BadMailSetting):
        parse_listen_address(text, tmp_path_factory.getbasetemp())


@pytest.mark.parametrize(
    "field",
    [
        'mx.example; spf=pass smtp.mailfrom="x;dmarc=pass header.from=example.org;y"@evil.example; dmarc=none',
        'mx.example; spf=pass smtp.mailfrom="x;dmarc=pass header.from=example.org;y@evil.example',
        "mx.example; dmarc=none (; dmarc=pass header.from=example.org",
        'mx.example; spf=none (") ; dmarc=pass header.from=example.org; x=none ("',
    ],
)
def test_a_result_in_a_string_or_behind_an_open_bracket_proves_nothing(field: str) -> None:
    assert read_proof([field], ["mx.example"], "example.org") is SenderProof.NONE


def test_a_failure_counts_behind_a_result_that_passed() -> None:
    field = "mx.example; dmarc=pass header.from=example.org; dmarc=fail header.from=example.org"
    assert read_proof([field], ["mx.example"], "example.org") is SenderProof.FAILED


@pytest.mark.parametrize("line", ["support@desk.example " + "a" * 1_000_000 + " x", "a" * 1_000_000, "a@" * 300_000])
def test_an_endless_line_is_looked_at_once(line: str) -> None:
    """Where each place of it could begin an address, this would take days."""
    assert split_quote(f"answer\n{line}", lambda address: address == "support@desk.example")[0] != ""


def test_an_endless_paragraph_is_joined_once() -> None:
    assert join_flowed("a \n" * 400_000, delete_space=True).startswith("aaaa")


def test_an_endless_line_of_elements_is_broken() -> None:
    text = convert_html("<b>x</b>" * 100_000, lambda source, description: "")
    assert text.count("x") == 100_000
    assert max(map(len, text.split("\n"))) < 5000
