"""Collections that benches read, and how rankings are measured."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from bench.collection import UnreadableCollection, read_collection, spread
from bench.measures import ndcg, recall, reciprocal_rank

SQUAD = {
    "data": [
        {
            "title": "Oil",
            "paragraphs": [
                {
                    "context": "The crisis began in 1973.",
                    "qas": [
                        {"question": "When did it begin?", "answers": [{"text": "1973"}]},
                        {"question": "Why?", "answers": []},
                    ],
                },
            ],
        },
        {
            "title": "Oxygen",
            "paragraphs": [
                {"context": "Scheele found it.", "qas": [{"question": "Who?", "answers": ["Scheele"]}]}
            ],
        },
    ]
}


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """A small folder with a query that nobody judged, a document without a title and a judgement of zero."""
    documents = [
        {"_id": "d1", "title": "Zinc", "text": "Zinc shortens colds."},
        {"_id": "d2", "title": "", "text": "Iron does not."},
        {"_id": "d3", "text": "Nobody asks for this one."},
    ]
    queries = [
        {"_id": "q1", "text": "Does zinc help?", "metadata": {}},
        {"_id": "q2", "text": "Does iron help?"},
        {"_id": "q9", "text": "Not judged"},
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)) + "\n\n")
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td2\t1\n"
    )
    (tmp_path / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\n")
    return tmp_path


def test_a_squad_shaped_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "articles.json"
    path.write_text(json.dumps(SQUAD))
    for given in (path, tmp_path):
        collection = read_collection(given)
        assert [(text.title, text.group) for text in collection.texts] == [("Oil", 0), ("Oxygen", 1)]
        first, second = collection.queries
        assert (first.text, first.relevant, first.answers) == ("When did it begin?", {"0": 1}, ("1973",))
        assert (second.relevant, second.answers, second.group) == ({"1": 1}, ("Scheele",), 1)
        assert collection.has_answers


def test_a_beir_shaped_folder_is_read(beir: Path) -> None:
    collection = read_collection(beir)
    assert [(text.id, text.title) for text in collection.texts] == [("d1", "Zinc"), ("d2", ""), ("d3", "")]
    assert {query.id: query.relevant for query in collection.queries} == {"q1": {"d1": 2}, "q2": {"d2": 1}}
    assert not collection.has_answers
    (train,) = read_collection(beir, split="train").queries
    assert train.relevant == {"d2": 1}


def test_judgements_of_trecs_form_are_read(beir: Path) -> None:
    (beir / "qrels" / "test.tsv").write_text("q1\t0\td1\t1\n")
    (query,) = read_collection(beir).queries
    assert query.relevant == {"d1": 1}


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda folder: None, "no corpus.jsonl"),
        (lambda folder: (folder / "a.json").write_text("[]"), "no SQuAD-shaped file"),
        (lambda folder: (folder / "corpus.jsonl").write_text("not json"), "cannot be read"),
    ],
)
def test_a_folder_of_neither_shape_is_said_to_be_so(tmp_path: Path, make: object, reason: str) -> None:
    make(tmp_path)  # type: ignore[operator]
    with pytest.raises(UnreadableCollection, match=reason):
        read_collection(tmp_path)


def test_judgements_that_are_not_there_are_named(beir: Path) -> None:
    with pytest.raises(UnreadableCollection, match=r"no dev\.tsv"):
        read_collection(beir, split="dev")


def test_questions_are_spread_over_the_whole(beir: Path) -> None:
    queries = read_collection(beir).queries
    assert spread(queries, 1) == [queries[0]]
    assert spread(queries, 0) == list(queries)


def test_rankings_are_measured_as_elsewhere() -> None:
    order, relevant = ["a", "b", "c", "d"], {"b": 2, "d": 1, "x": 1}
    assert recall(order, relevant, 3) == pytest.approx(1 / 3)
    assert reciprocal_rank(order, relevant, 10) == 0.5
    assert reciprocal_rank(order, relevant, 1) == 0
    ideal = 2 + 1 / math.log2(3) + 1 / 2
    assert ndcg(order, relevant, 10) == pytest.approx((2 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert ndcg(["b", "d", "x"], relevant, 10) == pytest.approx(1)
