"""The long-lived objects of knowledge, and its background work."""

from __future__ import annotations

from answerable.kit.leftovers import KeptFiles
from answerable.kit.runtime import Runtime
from answerable.knowledge.documents import files, repository, tasks
from answerable.knowledge.embedding import Encoders, TextEncoder, query_encoder
from answerable.knowledge.indexing import reembedding
from answerable.knowledge.parsing.parser import ReaderProcesses
from answerable.knowledge.reranking import Reranker, provided_reranker
from answerable.knowledge.sources.registry import take_connectors
from answerable.knowledge.sources.sync import folders
from answerable.knowledge.sources.sync import tasks as syncing
from answerable.knowledge.sources.watching import FolderWatch
from answerable.knowledge.stores import following
from answerable.knowledge.stores.registry import OpenStores, take_stores

BACKGROUND_WORK = (
    tasks.ingest,
    tasks.discard,
    tasks.add_missing_vectors,
    tasks.describe_undescribed,
    tasks.renew_words,
    tasks.cut_anew,
    tasks.cut_long,
    reembedding.reembed,
    reembedding.follow_encoder,
    following.follow,
    following.compare_stores,
    syncing.sync,
    syncing.remove,
    syncing.ring,
)


def provide_knowledge(runtime: Runtime) -> None:
    """Register how knowledge's objects are made, and take the connectors of the started plugins."""
    take_connectors()
    take_stores()
    runtime.provide(ReaderProcesses, lambda _: ReaderProcesses())
    runtime.provide(TextEncoder, query_encoder)
    runtime.provide(FolderWatch, FolderWatch)
    runtime.provide(Encoders, Encoders)
    runtime.provide(OpenStores, OpenStores)
    runtime.provide(Reranker, provided_reranker)
    runtime.keep_files(KeptFiles(runtime.files.root, files.FOLDER, repository.known_keys))
    runtime.keep_files(KeptFiles(runtime.files.root, folders.FOLDER, folders.of_open_runs))
