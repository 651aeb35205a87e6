"""The first words of each ticket's last messages, made of the messages themselves."""

from __future__ import annotations

import apsw

from hero_assistance_server.texts import EXCERPT_SOURCE, excerpt

_WORDS = f"""(SELECT author || char(10) || first_words(substr(messages.body, 1, {EXCERPT_SOURCE + 1}))
    FROM messages WHERE message_id = {{message}})"""  # noqa: S608
_FILL = f"""UPDATE tickets SET last_reply = coalesce({_WORDS.format(message="last_reply_id")}, ''),
    last_note = CASE WHEN last_message_id = last_reply_id THEN ''
        ELSE coalesce({_WORDS.format(message="last_message_id")}, '') END
    WHERE last_message_id <> 0"""  # noqa: S608


def fill_last_messages(connection: apsw.Connection) -> None:
    """Write author and first words of the last messages of every ticket, from the messages that it names."""
    connection.create_scalar_function("first_words", _first_words, 1, deterministic=True)
    connection.execute(_FILL)


def _first_words(*texts: object) -> str:
    return excerpt(str(texts[0]))
