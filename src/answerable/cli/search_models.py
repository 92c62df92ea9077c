"""The models that search uses: encoder and reranker as the settings name them, or the default encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from answerable.cli.doctor.finding import Finding, Level
from answerable.cli.doctor.weights import check_encoder, check_reranker
from answerable.kit.settings import Settings
from answerable.knowledge.embedding.weights import MODEL_NAME, WEIGHTS_SHA256, find_weights


@dataclass(frozen=True, slots=True)
class SearchModel:
    """A model of search. `kind` is embedding or reranking, `place` a folder or an address; the hash is known
    of the default encoder alone."""

    name: str
    kind: str
    place: str | None
    state: str
    weights: str | None = None
    sha256: str | None = None

    @property
    def purpose(self) -> str:
        """What it can do, for people."""
        return "embeddings of search" if self.kind == "embedding" else "reranking of search"


def search_models(settings: Settings) -> list[SearchModel]:
    """The encoder, and the reranker where one is set. Servers are not asked."""
    search = settings.search
    rerankers = [
        SearchModel(
            _name(search.reranker.model, search.reranker.folder, search.reranker.url),
            "reranking",
            _place(search.reranker.folder, search.reranker.url),
            _state(finding),
        )
        for finding in check_reranker(search.reranker)
    ]
    return [_encoder(settings), *rerankers]


def _encoder(settings: Settings) -> SearchModel:
    search, given = settings.search, settings.search.encoder
    state = _state(check_encoder(search, settings.data_dir))
    if given.folder is None and given.url is None:
        weights = find_weights(settings.data_dir, search.weights_dir)
        place = None if weights is None else str(weights)
        return SearchModel(MODEL_NAME, "embedding", place, state, place, WEIGHTS_SHA256)
    name = _name(given.model, given.folder, given.url)
    return SearchModel(name, "embedding", _place(given.folder, given.url), state)


def _name(model: str | None, folder: Path | None, url: str | None) -> str:
    """As search itself calls it: an address wins over a folder."""
    if url is not None or folder is None:
        return model or url or ""
    return folder.resolve().name


def _place(folder: Path | None, url: str | None) -> str | None:
    if url is not None:
        return url
    return None if folder is None else str(folder.resolve())


def _state(finding: Finding) -> str:
    if finding.level is Level.OK:
        return "ready" if not finding.detail.startswith("asked at") else "asked when needed"
    return f"{finding.detail}. {finding.advice}"
