"""Why a semantic model is not taken."""

from __future__ import annotations

from answerable.kit.errors import Forbidden, InvalidInput, MalformedRequest, PreconditionFailed


class InvalidModel(InvalidInput):
    """The model names what does not exist, or does not hold together; each error names its place."""

    code, title = "invalid_model", "The semantic model is not valid"


class UnreadableModel(MalformedRequest):
    code, title = "unreadable_model", "The semantic model cannot be read"


class RevisionUnknown(InvalidInput):
    code, title = "revision_unknown", "There is no such revision of the semantic model"


class StaleModel(PreconditionFailed):
    """Somebody else, or a new dataset, changed the model since it was read."""

    code, title = "stale_model", "The semantic model changed since you read it"


class DataHidden(Forbidden):
    """Row policies or hidden fields keep a part of the data from whoever asks for all of it."""

    code, title = "data_hidden", "Parts of the data are hidden from you"
