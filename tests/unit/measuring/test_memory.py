from __future__ import annotations

import os
import random

from measuring.memory import growth_of, resident_bytes

MIB = 1024 * 1024


def samples(bytes_per_call: float, noise: int = 50_000, jump: int = 0) -> list[tuple[int, int]]:
    generator = random.Random(1)
    return [
        (
            call,
            int(
                30 * MIB + bytes_per_call * call + generator.uniform(0, noise) + (jump if call > 6000 else 0)
            ),
        )
        for call in range(100, 10_001, 100)
    ]


def test_a_plateau_is_no_leak() -> None:
    growth = growth_of(samples(0))
    assert growth is not None
    assert not growth.is_leak


def test_what_grows_a_quarter_kibibyte_a_call_is_a_leak() -> None:
    growth = growth_of(samples(256))
    assert growth is not None
    assert growth.is_leak
    assert 230 < growth.bytes_per_call < 280
    assert 1.2 * MIB < growth.last_bytes - growth.first_bytes < 1.5 * MIB


def test_one_jump_of_the_allocator_is_no_leak() -> None:
    growth = growth_of(samples(0, jump=1_000_000))
    assert growth is not None
    assert not growth.is_leak


def test_growth_while_it_warms_up_does_not_count() -> None:
    warming = [(call, 30 * MIB + min(call, 2900) * 1000) for call in range(100, 10_001, 100)]
    growth = growth_of(warming)
    assert growth is not None
    assert growth.bytes_per_call == 0


def test_few_samples_say_nothing() -> None:
    assert growth_of(samples(0)[:12]) is None


def test_this_process_has_some_memory() -> None:
    found = resident_bytes(os.getpid())
    assert found is None or found > MIB
