"""Answers of the fast lane as they go over the wire."""

import time
from email.utils import formatdate
from http import HTTPStatus

from hooklog.event import id_to_text
from hooklog.ingest.push import ACCEPTED_BODY, ACCEPTED_HEADERS, Answer

__all__ = ["CONTINUE", "AnswerText"]

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_CLOSE = "connection: close\r\n"
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class AnswerText:
    """Answers as they go over the wire; all but the ids of an acknowledgement is made once a second."""

    def __init__(self) -> None:
        """Make it for the present second."""
        self.refresh()

    def refresh(self) -> None:
        """Tell the time anew; called about once a second."""
        self._date = formatdate(time.time(), usegmt=True)
        before, after = ACCEPTED_BODY.split("%s")
        self._accepted = (
            self._head(200, len(ACCEPTED_BODY % id_to_text(bytes(16)))) + ACCEPTED_HEADERS[0] + ": "
        )
        self._between_ids = f"\r\n{ACCEPTED_HEADERS[1]}: "
        self._before_body = f"\r\n\r\n{before}"
        self._before_body_closing = f"\r\n{_CLOSE}\r\n{before}"
        self._end = after

    def accepted(self, request_id: bytes, *, closes: bool) -> bytes:
        """The acknowledgement."""
        text = id_to_text(request_id)
        before_body = self._before_body_closing if closes else self._before_body
        return f"{self._accepted}{text}{self._between_ids}{text}{before_body}{text}{self._end}".encode(
            "ascii"
        )

    def other(self, answer: Answer, *, closes: bool, is_head: bool) -> bytes:
        """Any other answer; `is_head` leaves the body out."""
        lines = "".join([f"{name}: {value}\r\n" for name, value in answer.headers])
        head = f"{self._head(answer.code, len(answer.body))}{lines}{_CLOSE if closes else ''}\r\n"
        return head.encode("latin-1") + (b"" if is_head else answer.body)

    def _head(self, code: int, length: int) -> str:
        return (
            f"HTTP/1.1 {code} {_REASONS.get(code, '')}\r\ndate: {self._date}\r\n"
            f"content-type: application/json\r\ncontent-length: {length}\r\n"
        )
