"""What becomes of a sound on its way to a telephone, heard by its frequencies."""

from __future__ import annotations

import miniaudio
import pytest

from chalicelib.ivr.audio.documents import samples_of
from chalicelib.ivr.audio.formats import FLOAT, PCM, recognise, wav
from chalicelib.ivr.audio.synthesis import BUILT_IN, beep, hold_music
from chalicelib.ivr.audio.telephone import RATE, mu_law, telephone_wav
from tests.ivr.audio.recordings import a_wav, an_mp3, as_wav, level, tone

RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 37_123, 44_100, 48_000, 96_000)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_stays_what_it_is(rate: int) -> None:
    for hertz in (300, 1_000, 3_300):
        heard = samples_of(recognise(a_wav(hertz, rate)))

        assert len(heard) == pytest.approx(RATE * 0.5, abs=2)
        assert level(heard, hertz) == pytest.approx(12_000, rel=0.02)
        assert level(heard, 2_000) < 12


@pytest.mark.parametrize("hertz", [5_000, 7_000, 10_000, 14_000, 20_000])
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_what_no_telephone_carries_does_not_come_back_as_another_tone(
    rate: int, hertz: int
) -> None:
    heard = samples_of(recognise(a_wav(hertz, rate)))

    assert max(max(heard[400:-400]), -min(heard[400:-400])) <= 4  # 70 dB below


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_mp3_is_heard_as_it_was(rate: int) -> None:
    heard = samples_of(recognise(an_mp3(1_000, rate)))

    assert level(heard, 1_000) == pytest.approx(12_000, rel=0.1)
    assert level(heard, 2_500) < 120
    assert len(heard) == pytest.approx(RATE * 0.5, rel=0.4)  # MP3 comes in frames


def test_both_ears_become_one() -> None:
    heard = samples_of(recognise(as_wav(tone(), channels=2)))

    assert level(heard, 1_000) == pytest.approx(12_000, rel=0.02)


@pytest.mark.parametrize("bits", [8, 24, 32])
def test_other_widths_are_read(bits: int) -> None:
    samples = tone(rate=8_000)
    if bits == 8:
        data = bytes((each >> 8) + 128 for each in samples)
    else:
        data = b"".join(
            (each << bits - 16).to_bytes(bits // 8, "little", signed=True) for each in samples
        )

    heard = samples_of(recognise(wav(data, PCM, 1, 8_000, bits)))

    assert level(heard, 1_000) == pytest.approx(12_000, rel=0.02)


def test_floats_that_are_no_numbers_do_no_harm() -> None:
    data = b"\x00\x00\xc0\x7f\x00\x00\x80\x7f\x00\x00\x80\xff" * 3_000

    assert len(samples_of(recognise(wav(data, FLOAT, 1, 8_000, 32)))) == 9_000


def test_what_a_telephone_gets_is_mu_law_and_sounds_the_same() -> None:
    samples = tone(rate=8_000)

    content = telephone_wav(samples)

    again = miniaudio.decode(content, nchannels=1, sample_rate=8_000)
    assert len(content) == len(samples) + 58
    assert level(again.samples, 1_000) == pytest.approx(12_000, rel=0.02)
    assert max(abs(one - other) for one, other in zip(samples, again.samples, strict=True)) < 600


@pytest.mark.parametrize(
    ("sample", "code"),
    # ITU-T G.191's reference (ulaw_compress), and the two noughts of the law.
    [
        (0, 0xFF),
        (-4, 0x7E),
        (4, 0xFE),
        (32_124, 0x80),
        (-32_124, 0x00),
        (1_000, 0xCE),
        (-1_000, 0x4E),
    ],
)
def test_the_law_is_the_law(sample: int, code: int) -> None:
    assert mu_law(sample) == code


def test_every_code_of_the_law_comes_back_as_itself() -> None:
    every = wav(bytes(range(256)), 7, 1, 8_000, 8)

    decoded = miniaudio.decode(every, nchannels=1, sample_rate=8_000).samples

    assert [mu_law(each) for each in decoded if each] == [
        c for c in range(256) if c not in (127, 255)
    ]


def test_the_beep_is_one_clear_tone() -> None:
    heard = beep()

    assert len(heard) == 0.4 * RATE
    assert level(heard, 1_000) > 11_000
    assert heard[0] == 0
    assert abs(heard[-1]) < 300


def test_the_music_can_go_round() -> None:
    music = hold_music()

    assert 15 * RATE <= len(music) <= 20 * RATE
    jumps = [abs(one - other) for one, other in zip(music, music[1:], strict=False)]
    assert abs(music[-1] - music[0]) <= max(jumps)
    assert 6_000 < max(music) < 20_000
    quarter = RATE // 4
    for at in range(0, len(music) - quarter, quarter):
        assert max(music[at : at + quarter]) > 800  # it is never silent
    assert music == hold_music()


def test_what_is_built_in_can_be_played() -> None:
    for make in BUILT_IN.values():
        assert recognise(telephone_wav(make())).kind == "wav"
