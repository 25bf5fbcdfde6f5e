"""Removal effects and Shapley values, held against worked examples that others published."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Rejected
from chalicelib.tracking.attribution.chains import Chain, Path
from chalicelib.tracking.attribution.removal import removal_effects, removal_shares
from chalicelib.tracking.attribution.shapley import MOST_CHANNELS, shapley_shares, shapley_values


def path(text: str, won: int = 0, lost: int = 0) -> Path:
    return Path(channels=tuple(text.split(" > ")), won=won, lost=lost)


# S. Bryl', "Marketing multi-channel attribution model with R (part 1)", 2016:
# https://analyzecore.com/2016/08/03/attribution-model-r-part-1/ ; with its figures in
# https://github.com/JesseCastro/markovattribution/blob/master/test/test.js
BRYL = [path("C1 > C2 > C3", won=1), path("C1", lost=1), path("C2 > C3", lost=1)]
# S. Puzyrov, "Markov chain attribution: simple explanation of removal effect", 2019:
# https://serhiipuzyrov.com/2019/07/markov-chain-attribution-simple-explanation-of-removal-effect/
PUZYROV = [
    path("google ads", won=2, lost=1),
    path("mailing", won=1),
    path("google ads > mailing", won=1),
]
# The example of https://github.com/jmwoloso/pychattr (after the R package ChannelAttribution),
# which finds 1.991 and 1.009 of three by simulation: 2 and 1.
PYCHATTR = [
    path("A > B > A > B > B > A", won=1),
    path("A > B > B > A > A", won=1),
    path("A > A", won=1),
]


def test_a_third_of_bryl_s_journeys_is_won_and_a_sixth_without_the_first_channel() -> None:
    chain = Chain(BRYL)

    assert chain.conversion() == F(1, 3)
    assert chain.conversion({"C2", "C3"}) == F(1, 6)


@pytest.mark.parametrize(
    ("paths", "effects", "shares"),
    [
        pytest.param(
            BRYL,
            {"C1": F(1, 2), "C2": F(1), "C3": F(1)},
            {"C1": F(2, 10), "C2": F(4, 10), "C3": F(4, 10)},
            id="Bryl'",
        ),
        pytest.param(
            # All: 0.8 (0.5 + 0.25) + 0.2 = 0.8; without ads 0.2, without mailing 0.4.
            PUZYROV,
            {"google ads": F(3, 4), "mailing": F(1, 2)},
            {"google ads": F(3, 5), "mailing": F(2, 5)},
            id="Puzyrov",
        ),
        pytest.param(
            PYCHATTR, {"A": F(1), "B": F(1, 2)}, {"A": F(2, 3), "B": F(1, 3)}, id="pychattr"
        ),
    ],
)
def test_removal_effects_as_published(
    paths: list[Path], effects: dict[str, F], shares: dict[str, F]
) -> None:
    assert removal_effects(paths) == effects
    assert removal_shares(paths) == shares


def in_r(*worths: float) -> dict[frozenset[str], F]:
    """Read a game as R's packages write it: by size, then in the order of the alphabet."""
    players = "abcd"[: (len(worths) + 1).bit_length() - 1]
    coalitions = (c for size in range(1, len(players) + 1) for c in combinations(players, size))
    games = {frozenset(c): F(str(worth)) for c, worth in zip(coalitions, worths, strict=True)}
    return {frozenset[str](): F(0)} | games


# Games with known values, as the manuals of R's packages CoopGame, cooptrees and
# GameTheoryAllocation print them.
@pytest.mark.parametrize(
    ("game", "values"),
    [
        pytest.param(in_r(0, 0, 0, 1, 1, 0, 1), [F(2, 3), F(1, 6), F(1, 6)], id="gloves"),
        pytest.param(in_r(4, 4, 4, 8, 8, 8, 14), [F(14, 3)] * 3, id="cooptrees"),
        pytest.param(in_r(1, 1, 2, 1, 2, 2, 2), [F(1, 3), F(1, 3), F(4, 3)], id="airport"),
        pytest.param(
            # R. Aumann, "Some non-superadditive games, and their Shapley values, in the Talmud",
            # 2010: the inheritance of Ibn Ezra. 80.83, 20.83, 10.83 and 7.5 of 120.
            in_r(120, 60, 40, 30, 120, 120, 120, 60, 60, 40, 120, 120, 120, 60, 120),
            [F(485, 6), F(125, 6), F(65, 6), F(15, 2)],
            id="Ibn Ezra",
        ),
    ],
)
def test_shapley_values_as_published(game: dict[frozenset[str], F], values: list[F]) -> None:
    players = sorted(frozenset[str]().union(*game))

    assert list(shapley_values(players, game.__getitem__).values()) == values


# Worth of Bryl's coalitions: {C1, C2, C3} 1/3, {C2, C3} 1/6, all others nothing.
def test_shapley_shares_of_a_chain_are_those_of_its_game() -> None:
    assert shapley_shares(BRYL) == {"C1": F(1, 6), "C2": F(5, 12), "C3": F(5, 12)}


channels = st.lists(st.sampled_from("ABCD"), max_size=5).map(tuple)
counts = st.integers(0, 5)
some_paths = st.lists(
    st.builds(lambda c, won, lost: Path(channels=c, won=won, lost=lost), channels, counts, counts),
    min_size=1,
    max_size=8,
)


@given(some_paths)
def test_with_all_channels_a_chain_wins_as_many_as_were_won(paths: list[Path]) -> None:
    journeys = sum(each.won + each.lost for each in paths)

    assert Chain(paths).conversion() * journeys == sum(each.won for each in paths)


@given(some_paths)
def test_fewer_channels_never_win_more(paths: list[Path]) -> None:
    chain = Chain(paths)

    for size in range(len(chain.channels)):
        for kept in combinations(chain.channels, size + 1):
            assert chain.conversion(kept) >= chain.conversion(kept[1:]) >= 0


@given(some_paths)
def test_credit_is_shared_out_whole_or_refused(paths: list[Path]) -> None:
    for model in (removal_shares, shapley_shares):
        try:
            shares = model(paths)
        except Rejected:
            continue
        assert sum(shares.values()) == 1
        assert all(share >= 0 for share in shares.values())


@given(st.lists(st.fractions(), min_size=15, max_size=15))
def test_shapley_values_are_the_mean_over_every_order_of_joining(worths: list[F]) -> None:
    game = in_r(*[0] * 15) | dict(zip(list(in_r(*[0] * 15))[1:], worths, strict=True))

    orders = list(permutations("abcd"))
    mean = dict.fromkeys("abcd", F(0))
    for order in orders:
        for at, player in enumerate(order):
            before = frozenset(order[:at])
            mean[player] += (game[before | {player}] - game[before]) / len(orders)

    assert shapley_values("abcd", game.__getitem__) == mean


def test_channels_beyond_a_dozen_play_as_one_and_share_by_their_touches() -> None:
    big = [Path(channels=(f"big {at:02}",), won=4, lost=4) for at in range(MOST_CHANNELS - 1)]
    small = [
        Path(channels=("rare",), won=1, lost=0),
        Path(channels=("rarer", "rare"), won=1, lost=0),
    ]
    together = [Path(channels=("rare",), won=1), Path(channels=("rare", "rare"), won=1)]

    shared = shapley_shares([*big, *small])
    as_one = shapley_shares([*big, *together])

    assert sum(shared.values()) == 1
    assert shared["rare"] == 2 * shared["rarer"]
    assert shared["rare"] + shared["rarer"] == as_one["rare"]
    assert {name: share for name, share in shared.items() if name.startswith("big")} == {
        name: share for name, share in as_one.items() if name.startswith("big")
    }


@pytest.mark.parametrize(("count", "refused"), [(MOST_CHANNELS, False), (MOST_CHANNELS + 1, True)])
def test_shapley_is_refused_for_more_than_a_dozen_channels(count: int, refused: bool) -> None:
    players = [f"C{at:02}" for at in range(count)]

    if refused:
        with pytest.raises(Rejected, match="too many players"):
            shapley_values(players, lambda those: F(len(those)))
    else:
        assert set(shapley_values(players, lambda those: F(len(those))).values()) == {F(1)}


@pytest.mark.parametrize("paths", [[], [path("A", lost=3)], [Path(channels=(), won=2)]])
def test_journeys_that_teach_nothing_are_refused(paths: list[Path]) -> None:
    with pytest.raises(Rejected, match="nothing to learn from"):
        removal_shares(paths)


def test_paths_that_were_never_walked_change_nothing() -> None:
    assert removal_effects([*BRYL, path("C9 > C1")]) == removal_effects(BRYL)
