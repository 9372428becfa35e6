"""Re-extraction of a real night: what it says would change is what would change."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import psycopg
import pytest

from crawler.version import extractor_version
from pipelines.storage.database import run_lock
from tests.crawling import environment
from tests.reextracting import (
    Replayer,
    changes_of,
    command_of,
    everything,
    night,
    other_extractor,
    replayer,
    run_sql,
)
from tests.replaying import rows

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["night", "replayer"]  # fixtures

WITH_KEYWORDS = "SELECT DISTINCT story_id FROM keyword ORDER BY story_id"
US = "121006"


def test_the_extractor_against_itself_changes_nothing(replayer: Replayer) -> None:
    before = everything(replayer.dsn)

    told = replayer("--diff", "1")

    assert told.code == 0, told.errors
    assert told.changed == {}
    assert told.lines[0].startswith("40 pages of stories read, 40 stored, 0 not stored")
    assert "article.title: 40 compared, 0 changed, 0.00%" in told.lines
    assert told.lines[-1] == "Nothing would change."
    assert everything(replayer.dsn) == before


def test_exactly_the_rows_that_differ_are_told_with_examples_and_as_json(
    replayer: Replayer, tmp_path: Path
) -> None:
    run_sql(
        replayer.dsn,
        "UPDATE article SET title = '舊題' WHERE story_id IN"
        " (SELECT story_id FROM article ORDER BY story_id LIMIT 5)",
        "UPDATE link SET listed_at = '2020-01-01Z' WHERE link_id IN (SELECT link_id"
        " FROM link WHERE section = 'related' ORDER BY link_id LIMIT 2)",
    )
    told = replayer("--diff", "1", "--out", str(tmp_path / "out.jsonl"))

    assert told.code == 1
    assert told.changed == {"article.title": 5, "link.listed_at": 2}
    assert "article.title: 40 compared, 5 changed, 12.50%" in told.lines
    assert sum("舊題 → " in line for line in told.lines) == 3
    assert told.lines[-1] == "7 values of 2 fields would change."
    changes = changes_of(tmp_path / "out.jsonl")
    titles = {
        one["story_id"]: (one["capture_id"], one["old"])
        for one in changes
        if (one["item"], one["field"]) == ("Article", "title")
    }
    query = "SELECT story_id, last_seen_capture FROM article WHERE title = '舊題'"
    assert titles == {s: (str(c), "舊題") for s, c in rows(replayer.dsn, query)}
    links = [one for one in changes if one["item"] == "Link"]
    assert {one["old"] for one in links} == {"2020-01-01T00:00:00+00:00"}
    assert len({one["link_id"] for one in links} - {None}) == 2


def test_links_the_table_lacks_are_added_and_links_pages_lack_are_removed(
    replayer: Replayer,
) -> None:
    run_sql(
        replayer.dsn,
        "DELETE FROM link WHERE link_id = (SELECT link_id FROM link"
        " WHERE section = 'ticker' ORDER BY link_id LIMIT 1)",
        "INSERT INTO link SELECT (jsonb_populate_record(link, jsonb_build_object("
        "'link_id', '00000000-0000-0000-0000-00000000000a'))).* FROM link WHERE link_id"
        " = (SELECT link_id FROM link WHERE section = 'body' ORDER BY link_id LIMIT 1)",
    )
    told = replayer("--diff", "1")

    assert told.code == 1
    assert told.changed == {"link.added": 1, "link.removed": 1}


def test_filters_leave_out_other_fields_channels_and_days(replayer: Replayer) -> None:
    run_sql(
        replayer.dsn,
        "UPDATE article SET title = '舊題', place = '舊地'",
        "UPDATE link SET placement = 'wj_old'",
    )
    count = "SELECT count(*) FROM article WHERE channel_id = {}"
    ((us,),) = rows(replayer.dsn, count.format(US))

    assert replayer("--diff", "1", "--field", "title").changed == {"article.title": 40}
    told = replayer("--diff", "1", "--field", "place", "--field", "link.summary")
    assert told.changed == {"article.place": 40}
    told = replayer("--diff", "1", "--field", "title", "--channel", US)
    assert 0 < us < 40
    assert told.changed == {"article.title": us}
    assert f"{40 - us} of other channels" in told.lines[0]
    by_code = replayer("--diff", "1", "--field", "title", "--channel", "us")
    assert by_code.lines == told.lines
    told = replayer("--diff", "1", "--since", "2999-01-01")
    assert (told.code, told.lines[0][:8]) == (0, "0 pages ")
    assert replayer("--diff", "1", "--since", "2020-01-01").code == 1


def test_what_is_written_is_the_same_revision_and_leaves_nothing_to_change(
    replayer: Replayer,
) -> None:
    right = everything(replayer.dsn)
    run_sql(
        replayer.dsn,
        "UPDATE article SET title = '舊題', paragraphs = '{}', published_at = NULL",
        "UPDATE article SET extractor_version = 'old'",
        "UPDATE revision SET content = '{}', hashes = '{}'",
        "UPDATE text_signature SET signature = NULL, bands = '{}', part = '上',"
        " part_stem = '舊題', is_template = true",
        "DELETE FROM keyword WHERE position = 1",
        "UPDATE contributor SET name = '舊名'",
        "DELETE FROM figure",
        "UPDATE link SET listed_at = NULL, date_witnesses = '{}', placement = NULL"
        " WHERE page_story_id IS NOT NULL",
    )
    told = replayer("--write", "1")

    assert told.code == 0, told.errors
    assert told.changed["article.title"] == 40
    assert everything(replayer.dsn) == right
    assert replayer("--diff", "1").code == 0


def test_unchanged_stories_get_the_new_version_and_no_other_change(
    replayer: Replayer,
) -> None:
    right = everything(replayer.dsn)
    for update in ("UPDATE article SET ", "UPDATE revision SET "):
        run_sql(replayer.dsn, update + "extractor_version = 'old'")

    assert replayer("--write", "1").lines[-1] == "Nothing has changed."

    versions = rows(replayer.dsn, "SELECT DISTINCT extractor_version FROM article")
    assert versions == [(extractor_version(),)]
    assert everything(replayer.dsn) == right


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM text_signature", "UPDATE text_signature SET method = method + 1"],
)
def test_signatures_that_are_missing_or_of_another_method_are_computed_anew(
    replayer: Replayer, statement: str
) -> None:
    right = everything(replayer.dsn)
    run_sql(replayer.dsn, statement)
    assert replayer("--write", "1").code == 0
    assert everything(replayer.dsn) == right


def test_added_links_are_seen_by_the_capture_s_run_at_its_time(
    replayer: Replayer,
) -> None:
    run_sql(replayer.dsn, "DELETE FROM link WHERE section = 'related'")

    assert replayer("--write", "1").code == 0

    found = rows(
        replayer.dsn,
        "SELECT DISTINCT first_seen_run = run_id AND last_seen_run = run_id AND"
        " first_seen_at = fetched_at AND last_seen_at = fetched_at FROM link JOIN"
        " capture ON capture_id = first_seen_capture WHERE section = 'related'",
    )
    assert found == [(True,)]
    assert replayer("--diff", "1").code == 0


def test_a_broken_extractor_changes_exactly_the_rows_it_reads_otherwise(
    replayer: Replayer, tmp_path: Path
) -> None:
    copy = other_extractor(
        tmp_path / "copy",
        ("crawler/sections/keywords.py", "fromkeys(cut))", "fromkeys(cut))[1:]"),
    )
    said = {}
    for jobs in ("1", "2"):
        out = tmp_path / f"{jobs}.jsonl"
        run = subprocess.run(
            command_of("--diff", "1", "--jobs", jobs, "--out", str(out)),
            cwd=copy,
            env=environment(
                replayer.dsn, VAR_DIR=str(replayer.var), PYTHONPATH=str(copy)
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 1, run.stderr
        said[jobs] = (run.stdout, run.stderr, out.read_bytes())
    changes = changes_of(tmp_path / "1.jsonl")
    assert {(one["item"], one["field"]) for one in changes} == {("Article", "keywords")}
    assert all(one["new"] == one["old"][1:] for one in changes)
    stories = sorted(one["story_id"] for one in changes)
    assert stories == [story for (story,) in rows(replayer.dsn, WITH_KEYWORDS)]
    assert said["1"] == said["2"]


def test_writing_waits_for_no_other_run_and_says_so(replayer: Replayer) -> None:
    with psycopg.connect(replayer.dsn, autocommit=True) as other:
        assert run_lock(other)
        told = replayer("--write", "1")
        assert replayer("--diff", "1").code == 0
    assert told.code == 5
    assert "Another run is in progress" in told.errors[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--diff", "999"), "run 999 has no archive"),
        (("--diff", "1", "--field", "headline"), "article.title"),
        (("--diff", "1", "--channel", "mars"), "no channel mars"),
        (("--diff", "1", "--since", "soon"), "--since='soon'"),
        (("--diff", "1", "--out", "/nowhere/x"), "cannot be written"),
    ],
)
def test_a_mistake_in_the_command_is_one_line_that_says_what_to_type(
    replayer: Replayer, arguments: tuple[str, ...], says: str
) -> None:
    told = replayer(*arguments)
    assert (told.code, len(told.errors)) == (3, 1)
    assert says in told.errors[0]


def test_an_unreachable_database_is_one_line_without_the_password(
    replayer: Replayer, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn = "postgresql://wj:canary-77@127.0.0.1:9/wj"
    told = Replayer(dsn, replayer.var, capsys)("--diff", "1")
    assert (told.code, len(told.errors)) == (4, 1)
    assert "canary-77" not in told.errors[0]
