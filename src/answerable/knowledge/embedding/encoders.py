"""The encoders of a process: the one that the settings name, and any that vectors were made with before."""

from __future__ import annotations

import logging

from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding.conversion import convert
from answerable.knowledge.embedding.encoder import Encoder
from answerable.knowledge.embedding.errors import EncoderAway, ModelFilesError
from answerable.knowledge.embedding.remote import RemoteEncoder
from answerable.knowledge.embedding.spec import EncoderSpec, configured_spec, folder_digest
from answerable.knowledge.embedding.text_encoder import LoadedEncoder, TextEncoder, load_encoder
from answerable.knowledge.embedding.weights import is_available, models_folder

_log = logging.getLogger(__name__)
_CALLS_AT_ONCE = 8
"""To a server."""


class Encoders:
    """Gives the encoder of a spec, loaded on first use and kept."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._configured = configured(runtime).fingerprint
        self._others: dict[str, TextEncoder] = {}

    def of(self, spec: EncoderSpec) -> TextEncoder:
        """The encoder that makes this spec's vectors."""
        if spec.fingerprint == self._configured:
            return self._runtime.get(TextEncoder)
        if spec.fingerprint not in self._others:
            self._others[spec.fingerprint] = _text_encoder(
                self._runtime, spec, self._runtime.settings.search.threads
            )
        return self._others[spec.fingerprint]

    def close(self) -> None:
        """Close all but the configured one, which is the runtime's own."""
        for encoder in self._others.values():
            encoder.close()


def configured(runtime: Runtime) -> EncoderSpec:
    """The encoder that the settings name; the default one where its folder cannot be read."""
    settings = runtime.settings.search.encoder
    try:
        return configured_spec(settings)
    except (OSError, ValueError) as error:
        _log.warning("The encoder in %s cannot be used: %s", settings.folder, error)
        return EncoderSpec()


def query_encoder(runtime: Runtime) -> TextEncoder:
    """The configured encoder of a process that serves requests."""
    return _text_encoder(runtime, configured(runtime), runtime.settings.search.threads)


def document_encoder(runtime: Runtime) -> TextEncoder:
    """The configured encoder of a process that indexes documents: it may use more cores."""
    return _text_encoder(runtime, configured(runtime), runtime.settings.search.index_threads)


def has_encoder(runtime: Runtime) -> bool:
    """Whether the default encoder's files are present (they are checked when it loads), or another is set."""
    if configured(runtime).kind != "default":
        return True
    return is_available(runtime.settings.data_dir, runtime.settings.search.weights_dir)


def _text_encoder(runtime: Runtime, spec: EncoderSpec, threads: int) -> TextEncoder:
    data_dir, search = runtime.settings.data_dir, runtime.settings.search
    if spec.kind == "default":
        return TextEncoder(lambda: load_encoder(data_dir, threads=threads, weights_dir=search.weights_dir))
    if spec.kind == "folder":
        return TextEncoder(lambda: _load_folder(runtime, spec, threads), name=spec.name)
    return TextEncoder(lambda: RemoteEncoder(spec, search.encoder), name=spec.name, threads=_CALLS_AT_ONCE)


def _load_folder(runtime: Runtime, spec: EncoderSpec, threads: int) -> LoadedEncoder | None:
    target = models_folder(runtime.settings.data_dir) / f"{spec.name}-int8-{spec.digest[:12]}"
    given = runtime.settings.search.encoder.folder
    try:
        # An encoder of before is loaded from what was converted then, wherever its files are now.
        if not target.is_dir() and given is not None and folder_digest(given) == spec.digest:
            convert(given, target)
        return Encoder(
            target,
            threads=threads,
            query_prefix=spec.query_prefix,
            document_prefix=spec.document_prefix,
        )
    except (ModelFilesError, EncoderAway, OSError, RuntimeError) as error:
        _log.warning("The encoder %s cannot be loaded, so searches with it are lexical: %s", spec.name, error)
        return None
