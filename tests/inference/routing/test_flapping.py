"""An upstream that comes and goes, under load, in virtual time."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing

import pytest

from answerable.inference.failures import FailureKind
from answerable.inference.models.plan import RetryRule
from answerable.inference.routing.health import CircuitBreakers, HealthRules
from answerable.inference.routing.router import Router
from tests.inference.routing.targets import failure, plan, target
from tests.inference.routing.virtual_time import VirtualTime

PER_SECOND = 20
SECONDS = 240
WORKING, DEAD = target("working"), target("flapping")
OUTAGES = ((30.0, 100.0), (130.0, 133.0), (150.0, 200.0))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_flapping_upstream_gets_few_calls_while_dead_and_its_share_soon_after(seed: int) -> None:
    rng = random.Random(seed)
    time = VirtualTime()
    router = Router(
        CircuitBreakers(HealthRules(), now=time.now), now=time.now, sleep=time.sleep, rng=random.Random(seed)
    )
    wanted = plan((DEAD,), (WORKING,), retry=RetryRule(attempts=2, base_seconds=0.1))
    began = time.now()
    sent_while_dead: Counter[int] = Counter()  # by outage
    answered_by: list[tuple[float, str]] = []
    lost = 0

    def outage(moment: float) -> int | None:
        at = moment - began
        return next((n for n, (start, end) in enumerate(OUTAGES) if start <= at < end), None)

    async def call(after: float) -> None:
        nonlocal lost
        await time.sleep(after)
        with closing(router.attempts(wanted, deadline=time.now() + 10)) as attempts:
            while (chosen := await attempts.next()) is not None:
                number = outage(time.now()) if chosen is DEAD else None
                await time.sleep(rng.uniform(0.05, 0.4))
                if number is None:
                    attempts.succeeded(chosen, 0.2)
                    answered_by.append((time.now() - began, chosen.model))
                    return
                sent_while_dead[number] += 1
                attempts.failed(chosen, failure(FailureKind.OVERLOADED))
            lost += 1

    arrivals = [rng.uniform(0, SECONDS) for _ in range(PER_SECOND * SECONDS)]
    await time.run(*(call(after) for after in arrivals))

    assert lost == 0, "the second group answers what the first does not"
    for number, (start, end) in enumerate(OUTAGES):
        offered = PER_SECOND * (end - start)
        # What was under way when it died, a streak of failures, then one probe at a time.
        assert sent_while_dead[number] <= 30 + offered * 0.02, (number, sent_while_dead)
        back = min(at for at, name in answered_by if name == DEAD.model and at > end + 0.5)
        pause = min(31, 2 * (end - start) + 5)
        assert back - end <= pause, f"outage {number}: asked again only after {back - end:.1f} s"
    steady = [name for at, name in answered_by if at < 30 or at > 235]
    assert steady.count(DEAD.model) >= 0.95 * len(steady)
