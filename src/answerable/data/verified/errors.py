"""Why a verified question cannot be kept or used as is wanted."""

from __future__ import annotations

from answerable.kit.errors import Conflict


class AlreadyVerified(Conflict):
    code, title = "already_verified", "These words are verified already"


class WrongStatus(Conflict):
    code, title = "already_decided", "The verified question is not open any more"


class NotDecided(Conflict):
    code, title = "not_decided", "There is no decision to take back"


class TooManyVerified(Conflict):
    code, title = "too_many_verified_questions", "The workspace has as many verified questions as it may"
