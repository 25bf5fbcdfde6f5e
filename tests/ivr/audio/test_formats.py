"""What a file is, told by its content: right ones, wrong ones and lying ones."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.ivr.audio.documents import samples_of
from chalicelib.ivr.audio.formats import FLOAT, PCM, recognise, wav
from chalicelib.ivr.audio.sounds import LARGEST_FILE, UnusableAudio, content_of
from chalicelib.kernel.errors import Rejected
from tests.ivr.audio.recordings import a_wav, an_mp3, as_wav, tone

WAV, MP3 = a_wav(seconds=0.2), an_mp3(seconds=0.2)
ID3 = b"ID3\x04\x00\x00" + bytes((0, 0, 1, 0)) + bytes(128)


def reason(content: bytes) -> str:
    with pytest.raises(UnusableAudio) as refused:
        samples_of(recognise(content))
    (fault,) = refused.value.faults
    assert fault.pointer == "/content_base64"
    return fault.reason


def header(code: int = PCM, channels: int = 1, rate: int = 8_000, bits: int = 16) -> bytes:
    content = bytearray(wav(bytes(8_000), PCM, 1, 8_000, 16))
    struct.pack_into("<HHIIHH", content, 20, code, channels, rate, 0, channels * bits // 8, bits)
    return bytes(content)


def with_data_size(size: int) -> bytes:
    at = WAV.index(b"data") + 4
    return WAV[:at] + struct.pack("<I", size) + WAV[at + 4 :]


def test_wav_and_mp3_are_known_by_their_content() -> None:
    assert (recognise(WAV).kind, recognise(WAV).rate) == ("wav", 44_100)
    assert (recognise(MP3).kind, recognise(MP3).rate) == ("mp3", 44_100)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
def test_every_rate_of_mp3_is_known(rate: int) -> None:
    assert recognise(an_mp3(rate=rate)).rate == rate


def test_a_title_before_the_sound_is_skipped() -> None:
    assert recognise(ID3 + ID3 + MP3).content == MP3


def test_chunks_that_are_no_sound_are_skipped() -> None:
    extra = b"LIST" + struct.pack("<I", 5) + b"about" + b"\0"

    assert recognise(WAV[:12] + extra + WAV[12:]).content == WAV


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_wav_written_to_a_pipe_has_all_that_follows(size: int) -> None:
    assert recognise(with_data_size(size)).content == WAV


def test_the_extensible_header_is_read() -> None:
    guid = struct.pack("<H", PCM) + bytes.fromhex("000000001000800000aa00389b71")
    chunk = struct.pack("<HHIIHH", 0xFFFE, 1, 44_100, 88_200, 2, 16)
    chunk += struct.pack("<HHI", 22, 16, 4) + guid
    data = WAV[WAV.index(b"data") :]
    content = b"RIFF" + bytes(4) + b"WAVEfmt " + struct.pack("<I", 40) + chunk + data

    assert recognise(content).content == WAV


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"x" * 5_000, "neither WAV nor MP3", id="nonsense"),
        pytest.param(
            b"\xff\xfb\x90\x00" + bytes(5_000), "neither WAV nor MP3", id="one lone frame"
        ),
        pytest.param(ID3, "no sound", id="a title alone"),
        pytest.param(b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", "no sound", id="a title that never ends"),
        pytest.param(b"OggS" + bytes(99), "Ogg", id="Ogg"),
        pytest.param(b"fLaC" + bytes(99), "FLAC", id="FLAC"),
        pytest.param(b"\0\0\0\x20ftypM4A ", "M4A", id="M4A"),
        pytest.param(b"PK\x03\x04" + MP3, "ZIP", id="a ZIP archive with MP3 in it"),
        pytest.param(b"RIFF\x10\0\0\0AVI ", "not WAV", id="a film"),
        pytest.param(b"RIFF\x04\0\0\0WAVE", "no `data`", id="an empty WAV"),
        pytest.param(WAV[:12] + WAV[36:], "no header", id="sound without a header"),
        pytest.param(
            WAV[:12] + b"fmt \x04\0\0\0\x01\0\x01\0" + WAV[36:], "cut off", id="half header"
        ),
        pytest.param(WAV[:-100], "cut off", id="cut off"),
        pytest.param(with_data_size(0xFFFFFFF0), "cut off", id="four gigabytes, it says"),
        pytest.param(header(code=2, bits=4), "encoding 2", id="ADPCM"),
        pytest.param(header(bits=12), "12 bits", id="twelve bits"),
        pytest.param(header(code=FLOAT, bits=16), "16 bits", id="half floats"),
        pytest.param(header(channels=0), "0 channels", id="no channel"),
        pytest.param(header(channels=9), "9 channels", id="nine channels"),
        pytest.param(header(rate=1), "1 samples a second", id="a sample a second"),
        pytest.param(header(rate=7_999), "7999 samples", id="just too slow"),
        pytest.param(header(rate=192_001), "192001 samples", id="just too fast"),
        pytest.param(
            WAV.replace(b"\x02\0\x10\0data", b"\x03\0\x10\0data"), "block align", id="align"
        ),
        pytest.param(header(), "silent", id="silence"),
        pytest.param(as_wav(tone(peak=32)), "silent", id="what nobody hears"),
        pytest.param(a_wav(rate=8_000, seconds=0.099), "99 ms", id="a click"),
        pytest.param(wav(b"", PCM, 1, 8_000, 16), "0 ms", id="no sample"),
    ],
)
def test_a_file_of_no_use_is_refused_with_the_reason(content: bytes, word: str) -> None:
    assert word in reason(content)


def test_what_can_just_be_heard_is_taken() -> None:
    assert samples_of(recognise(as_wav(tone(peak=40, rate=8_000), 8_000)))


def test_a_small_file_that_lasts_hours_is_refused_before_it_is_unpacked() -> None:
    (minute,) = {an_mp3(rate=8_000, seconds=6, kbps=8)}

    assert "more than 5 minutes" in reason(minute * 60)


def test_base64_is_read_strictly() -> None:
    assert content_of(" UklGRg==\n") == b"RIFF"
    for text, word in (("", "empty"), ("?", "base64"), ("é", "base64"), ("UklGRg", "base64")):
        with pytest.raises(UnusableAudio) as refused:
            content_of(text)
        assert word in refused.value.faults[0].reason


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(UnusableAudio, match="cannot be used"):
        content_of("AAAA" * (LARGEST_FILE // 3 + 1))


@given(content=st.binary(max_size=600))
@example(b"RIFF")
@example(b"ID3")
@example(b"\xff\xfb")
def test_no_bytes_at_all_are_a_bug(content: bytes) -> None:
    _never_a_bug(content)


@given(base=st.sampled_from([WAV, MP3, ID3 + MP3]), data=st.data())
def test_no_damage_to_a_real_file_is_a_bug(base: bytes, data: st.DataObject) -> None:
    content = bytearray(base)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(
            st.integers(0, min(len(content) - 1, 300)) | st.integers(0, len(content) - 1)
        )
        content[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))

    _never_a_bug(bytes(content[:end]))


def _never_a_bug(content: bytes) -> None:
    try:
        heard = len(samples_of(recognise(content)))
    except Rejected as error:
        heard = len(error.faults)
    assert heard > 0
