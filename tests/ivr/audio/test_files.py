"""What the bucket does with sounds by itself: nothing. Flows play them for as long as they like."""

from __future__ import annotations

from typing import Any

from tests.template import resources

KEYS = ("prompts/acct_1/prompt_1/1-0.wav", "prompts/builtin/beep-1.wav")


def expiring(key: str, rules: list[dict[str, Any]]) -> list[str]:
    """Return the rules that would delete a file some day."""
    ends = ("ExpirationInDays", "ExpirationDate", "NoncurrentVersionExpiration")
    return [
        rule["Id"]
        for rule in rules
        if any(end in rule for end in ends) and key.startswith(rule.get("Prefix", ""))
    ]


def test_no_rule_of_the_bucket_deletes_a_sound() -> None:
    (bucket,) = resources("AWS::S3::Bucket", stage="prod").values()
    rules = bucket["LifecycleConfiguration"]["Rules"]

    assert [expiring(key, rules) for key in KEYS] == [[], []]
    assert expiring("exports/one.csv", rules) == ["exports-expire"]
    assert expiring(KEYS[0], [{"Id": "all", "ExpirationInDays": 7}]) == ["all"]
