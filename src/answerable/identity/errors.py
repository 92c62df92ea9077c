"""What goes wrong in identity, as callers are told."""

from __future__ import annotations

from answerable.kit.errors import AnswerableError, Conflict, FieldError, Forbidden, InvalidInput


class WrongCredentials(AnswerableError):
    """One answer for an unknown address, a wrong password and a disabled person."""

    code, status, title = "wrong_credentials", 401, "Sign-in failed"

    def __init__(self) -> None:
        super().__init__(
            "The e-mail address or the password is wrong. Check both, then try again.",
            headers={"WWW-Authenticate": "Bearer"},
        )


class RefreshTokenRefused(AnswerableError):
    """The token is unknown, used, expired or revoked: the remedy is the same."""

    code, status, title = "refresh_token_refused", 401, "Sign in again"

    def __init__(self) -> None:
        super().__init__(
            "This refresh token is not valid any more. Sign in again.", headers={"WWW-Authenticate": "Bearer"}
        )


class RegistrationClosed(Forbidden):
    code, title = "registration_closed", "Registration is closed"

    def __init__(self) -> None:
        super().__init__("This server takes no registrations. Ask an administrator for an invitation.")


class EmailTaken(Conflict):
    code, title = "email_taken", "The e-mail address has an account"

    def __init__(self) -> None:
        super().__init__(
            "There is an account with this e-mail address. Sign in instead.",
            errors=[FieldError("email", "has an account")],
        )


class InvitationRefused(InvalidInput):
    """The token is unknown, used or expired: the remedy is the same."""

    code, title = "invitation_refused", "The invitation is not valid"

    def __init__(self) -> None:
        super().__init__(
            "This invitation is unknown, used or expired. Ask for a new one.",
            errors=[FieldError("token", "not a valid invitation")],
        )


class LastOwner(Conflict):
    code, title = "last_owner", "A workspace needs an owner"

    def __init__(self) -> None:
        super().__init__("This is the last owner of the workspace. Make somebody else an owner first.")


class RoleTooHigh(Forbidden):
    code, title = "role_too_high", "Not allowed"

    def __init__(self) -> None:
        super().__init__("You cannot give, change or remove a role above your own. Ask an owner.")
