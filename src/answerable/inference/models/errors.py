"""What is said when a model name leads nowhere, or a change would make one do so."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.inference.models.plan import Capability
from answerable.kit.errors import AnswerableError, Conflict, FieldError, InvalidInput


class UnknownModel(AnswerableError):
    """No model or alias of the workspace has the name."""

    code, status, title = "model_not_found", 404, "No such model"

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        meant = f" Did you mean '{near[0]}'?" if near else ""
        super().__init__(
            f"No model is called '{name[:200]}' here.{meant} GET /api/v1/models lists all names."
        )
        self.name = name


class ModelLacks(AnswerableError):
    """The name leads to models, and none of them can do what is asked."""

    code, status, title = "capability_missing", 400, "The model cannot do this"

    def __init__(self, name: str, need: Capability) -> None:
        super().__init__(
            f"'{name[:200]}' leads to no model with the capability '{need}'. Call another, or add the "
            "capability to the model's configuration."
        )
        self.name = name
        self.need = need


class NameTaken(Conflict):
    code, title = "name_taken", "The name is taken"

    def __init__(self, field: str, name: str, by: str) -> None:
        super().__init__(
            f"'{name}' is {by} already. Names are unique in a workspace: choose another.",
            errors=[FieldError(field, f"'{name}' is {by} already")],
        )


class InUse(Conflict):
    code, title = "in_use", "Aliases lead there"

    def __init__(self, users: Sequence[str]) -> None:
        names = ", ".join(f"'{name}'" for name in users)
        super().__init__(
            f"The aliases {names} would lead nowhere any more, or through too many others. Point them "
            "elsewhere, or delete them, first.",
            errors=[FieldError("aliases", name) for name in users],
        )


class BadAlias(InvalidInput):
    """An alias that leads nowhere, or around in a circle."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(
            f"The alias cannot be used: {message}. Correct it, then send it again.",
            errors=[FieldError(field, message)],
        )


class TooManyConfigured(Conflict):
    code, title = "too_many", "Too many are configured"

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"A workspace can have {most} {what}. Delete some that nobody uses.")
