"""Where rendered prompts stay."""

from pathlib import Path

from speech.synthesis.cache import PromptCache


def test_kept_prompts_outlive_the_process_and_others_never_touch_the_disk(tmp_path):
    cache = PromptCache(tmp_path / "prompts")
    cache.put("a" * 64, b"kept", keep=True)
    cache.put("b" * 64, b"personal", keep=False)
    assert [p.name for p in (tmp_path / "prompts").iterdir()] == ["a" * 64 + ".ulaw"]
    again = PromptCache(tmp_path / "prompts")
    assert again.get("a" * 64) == b"kept"
    assert again.get("b" * 64) is None
    assert cache.get("b" * 64) == b"personal"


def test_memory_stays_within_its_bound_and_the_least_used_leaves():
    cache = PromptCache(memory_bytes=300)
    for name in "abc":
        cache.put(name, bytes(100), keep=False)
    assert cache.get("a") is not None
    cache.put("d", bytes(100), keep=False)
    assert cache.get("b") is None
    assert cache.get("a") is not None
    cache.put("a", bytes(50), keep=False)
    assert cache.held_bytes == 250
    for i in range(1000):
        cache.put(str(i), bytes(90), keep=False)
    assert cache.held_bytes <= 300


def test_a_prompt_larger_than_the_memory_is_not_held():
    cache = PromptCache(memory_bytes=10)
    cache.put("a", bytes(100), keep=False)
    assert cache.held_bytes == 0
    assert cache.get("a") is None


def test_names_hide_the_text_and_differ_with_every_part():
    key = PromptCache.key("gmw/en-us", 150, "Hello Jane")
    assert len(key) == 64
    assert "Jane" not in key
    assert (
        len(
            {
                PromptCache.key("v", 150, "ab", 5),
                PromptCache.key("v", 150, "a", "b5"),
                PromptCache.key("v", 151, "ab", 5),
            }
        )
        == 3
    )


def test_a_disk_that_cannot_be_written_or_read_costs_only_time(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    cache = PromptCache(tmp_path / "file")
    cache.put("a", b"sound", keep=True)
    assert cache.get("a") == b"sound"
    assert cache.get("other") is None
    assert (tmp_path / "file").read_text() == "in the way"
