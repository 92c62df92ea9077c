"""Raw confidences become frequencies once there are outcomes to learn that from."""

from __future__ import annotations

import random

import psycopg
import pytest

from answerable.inference.cascade.calibration import LEAST_OF_EACH, LEAST_OUTCOMES, fitted
from answerable.kit import ids
from tests.api.relay.gateway import Bed, chat
from tests.api.relay.test_cascades import cascade
from tests.factories.upstream import Reply, Upstream


def outcomes(count: int, seed: int = 7) -> list[tuple[float, bool]]:
    """Answers of a model that is less often right than it is sure: raw³."""
    chance = random.Random(seed)
    raws = [chance.uniform(0.2, 0.95) for _ in range(count)]
    return [(raw, chance.random() < raw**3) for raw in raws]


def test_the_map_is_near_the_truth_and_never_falls() -> None:
    calibration = fitted(outcomes(2_000))
    assert calibration is not None
    values = [calibration.of(raw / 100) for raw in range(101)]
    assert values == sorted(values)
    assert all(0 <= value <= 1 for value in values)
    for raw in (0.3, 0.5, 0.7, 0.9):
        assert calibration.of(raw) == pytest.approx(raw**3, abs=0.08)


def test_too_few_outcomes_are_no_map() -> None:
    assert fitted(outcomes(LEAST_OUTCOMES - 1)) is None
    assert fitted([(0.9, True)] * 500 + [(0.2, False)] * (LEAST_OF_EACH - 1)) is None
    assert fitted([(0.9, True)] * 500 + [(0.2, False)] * LEAST_OF_EACH) is not None


def test_where_being_sure_means_nothing_every_answer_is_the_average_one() -> None:
    chance = random.Random(3)
    seen = [(raw / 500, chance.random() < 1 - raw / 500) for raw in range(500)]
    calibration = fitted(seen)
    assert calibration is not None
    share = sum(agreed for _, agreed in seen) / len(seen)
    assert calibration.of(0.01) == calibration.of(0.99) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("raws", [[0.0, 1.0], [1.0], [0.5]])
def test_extreme_confidences_make_finite_maps(raws: list[float]) -> None:
    calibration = fitted([(raw, agreed) for raw in raws for agreed in (True, False)] * 100)
    assert calibration is not None
    assert 0 < calibration.of(0.0) <= calibration.of(1.0) < 1


def seen_before(bed: Bed, alias: str, stage: str, rows: list[tuple[float, bool]]) -> None:
    """Outcomes of the first stage of an alias."""
    workspace = ids.decode("ws", bed.owner.workspace_id)
    with psycopg.connect(bed.admin_url, autocommit=True) as connection:
        connection.cursor().executemany(
            "INSERT INTO cascade_legs (id, workspace_id, call_id, alias, position, stage, taken,"
            " failed_check, confidence, agreed, cost_usd, at) VALUES"
            " (%s, %s, %s, %s, 0, %s, false, 'confidence', %s, %s, 0, now() - interval '1 hour')",
            [(ids.uuid7(), workspace, ids.uuid7(), alias, stage, raw, agreed) for raw, agreed in rows],
        )


async def test_a_stage_is_held_against_what_its_confidence_has_been_worth(
    bed: Bed, upstream: Upstream
) -> None:
    """Its tokens have a log probability of -0.5 each: raw 0.61."""
    upstream.by_model = {"small": Reply(text="Perhaps 41."), "large": Reply(text="It is 42.")}
    for name in ("raw", "calibrated"):
        await cascade(bed, {"model": "small", "min_confidence": 0.5}, {"model": "large"}, name=name)
    seen_before(bed, "calibrated", "small", outcomes(200))
    stages = {}
    for name in ("raw", "calibrated"):
        answer = await bed.client.post("/v1/chat/completions", json=chat(name))
        stages[name] = answer.headers["x-answerable-stage"]
    assert stages == {"raw": "small", "calibrated": "large"}
    report = (await bed.owner.get("/api/v1/usage/cascades")).json()
    [alias] = [item for item in report["items"] if item["alias"] == "calibrated"]
    first = alias["stages"][0]
    assert (first["confidence_is"], first["calibration"]["outcomes"]) in (
        ("calibrated", 200),
        ("calibrated", 201),
    )
    assert all(0 < level["calibrated"] < 1 for level in first["by_confidence"])
