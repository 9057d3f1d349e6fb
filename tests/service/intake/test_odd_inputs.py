"""What a command cannot do it says in Chinese first, by file or field and rule; its status is 1, and nothing is half done."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from services.intake.cli import app, roster_import
from services.intake.cli.table_file import table_file
from shared.demo.population import Population
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_import_command import CHILD, HEAD, WIFE, csv
from tests.service.intake.test_screen_command import TERMS

HEADER: Final = "姓名,身份证号"
PROMISED: Final = ("rows", "accepted", "rejected", "duplicates", "blank")
NOTHING: Final = {"rows": 0, "accepted": 0, "rejected": {}, "duplicates": 0, "blank": 0}


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store would be."""
    for name in ("QIAO_KEY_FILE", "QIAO_INTAKE_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QIAO_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def in_store(bureau: Bureau, people: Population, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    bureau.accept(bureau.upload(people.allowance[:40])["roster_id"])
    settings = bureau.office.runtime.settings
    monkeypatch.setenv("QIAO_DATA", str(settings.data))
    monkeypatch.setenv("QIAO_KEY_FILE", str(settings.key_file))
    return bureau


def run(*arguments: object) -> Result:
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


def promised(done: Result) -> dict[str, Any]:
    told = json.loads(done.stdout)
    return {name: told[name] for name in PROMISED}


class TestImport:
    @pytest.mark.parametrize(
        ("name", "make", "said"),
        [
            ("nowhere.csv", lambda path: None, "没有这个文件或文件夹 no such file or directory [file-missing]"),
            ("folder", Path.mkdir, "是文件夹，请给出文件 is a directory [file-kind]"),
            ("below.csv/a.csv", lambda path: path.parent.touch(), "没有这个文件或文件夹 no such file or directory [file-missing]"),
            ("pipe", os.mkfifo, "不是普通文件，请先存成文件 not a regular file [file-kind]"),
            ("empty.csv", Path.touch, "文件是空的（0 字节） [file-empty]"),
            ("other.csv", lambda path: path.write_text("甲,乙\n1,2\n"), "[roster-columns]"),
        ],
    )
    def test_bad_file_among_good_ones_keeps_all_out(
        self, name: str, make: Callable[[Path], object], said: str, fresh: Path, tmp_path: Path
    ) -> None:
        make(bad := tmp_path / name)
        good = [csv(tmp_path / f"{each}.csv", HEADER, f"王小明,{HEAD}") for each in ("a", "b")]

        done = run("import", good[0], bad, good[1], "--json")

        assert done.exit_code == 1
        assert f"{bad}: " in done.stderr
        assert said in done.stderr
        assert promised(done) == NOTHING
        told = json.loads(done.stdout)
        assert (told["is_whole"], told["files"], [each["file"] for each in told["refused"]]) == (False, [], [str(bad)])
        assert not fresh.exists()

    def test_each_bad_file_is_named_not_the_first_alone(self, fresh: Path, tmp_path: Path) -> None:
        (tmp_path / "empty.csv").touch()

        done = run("import", tmp_path / "empty.csv", csv(tmp_path / "good.csv", HEADER, f"王小明,{HEAD}"), tmp_path / "nowhere.csv")

        assert (done.exit_code, done.stdout) == (1, "")
        assert [line.rsplit(" [", 1)[1] for line in done.stderr.splitlines()] == ["file-empty]", "file-missing]"]

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
    def test_file_that_may_not_be_read(self, fresh: Path, tmp_path: Path) -> None:
        file = csv(tmp_path / "a.csv", HEADER, f"王小明,{HEAD}")
        file.chmod(0)

        assert "没有权限 permission denied [file-permission]" in run("import", file).stderr

    def test_several_files_add_up_and_the_same_twice_changes_nothing(self, fresh: Path, tmp_path: Path) -> None:
        first = csv(tmp_path / "a.csv", HEADER, f"王小明,{HEAD}", f"王小明,{HEAD}", ",", "李四,1")
        second = csv(tmp_path / "b.csv", HEADER, f"李四,{WIFE}")

        done = run("import", first, second, first, "--json")

        assert done.exit_code == 0, done.stderr
        told = json.loads(done.stdout)
        assert [told[name] for name in ("rows", "accepted", "new", "unchanged", "duplicates", "blank")] == [9, 3, 2, 1, 2, 2]
        assert sum(told["rejected"].values()) == 2
        assert [(each["file"], each["new"], each["unchanged"]) for each in told["files"]] == [
            ("a.csv", 1, 0),
            ("b.csv", 1, 0),
            ("a.csv", 0, 1),
        ]
        assert (told["is_whole"], told["refused"]) == (True, [])

    def test_failure_midway_tells_what_was_kept_before_it(self, fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = (csv(tmp_path / f"{name}.csv", HEADER, line) for name, line in (("a", f"王小明,{HEAD}"), ("b", f"李四,{WIFE}")))
        imported = roster_import._import_file

        async def until_the_disk_fails(path: Path, *others: Any) -> dict[str, Any]:
            told = await imported(path, *others)
            second.unlink(missing_ok=True)
            return told

        monkeypatch.setattr(roster_import, "_import_file", until_the_disk_fails)
        done = run("import", first, second, "--json")

        assert done.exit_code == 1
        assert f"{second}: 没有这个文件" in done.stderr
        assert promised(done) == NOTHING | {"rows": 1, "accepted": 1}
        assert [each["file"] for each in json.loads(done.stdout)["files"]] == ["a.csv"]
        monkeypatch.undo()
        monkeypatch.setenv("QIAO_DATA", str(fresh))
        again = json.loads(run("import", first, csv(second, HEADER, f"李四,{WIFE}"), "--json").stdout)
        assert (again["new"], again["unchanged"]) == (1, 1)

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--division", "4202"), "--division：行政区划代码"),
            (("--category", "rich"), "--category：没有这种救助类别：rich"),
            (("--reference-on", "2015-13-01"), "--reference-on 应为 YYYY-MM-DD 形式的日期 [date]"),
            (("--column", "姓名"), "--column 应为 栏目=列名"),
        ],
    )
    def test_option_is_named(self, options: tuple[str, str], said: str, fresh: Path, tmp_path: Path) -> None:
        done = run("import", csv(tmp_path / "a.csv", HEADER, f"张三,{CHILD}"), *options, "--json")

        assert (done.exit_code, done.stdout) == (1, "")
        assert said in done.stderr
        assert not fresh.exists()


class TestScreen:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, ["没有这个文件或文件夹 no such file or directory [file-missing]"]),
            (b"", ["不是有效的 JSON（EOF while parsing a value at line 1 column 0）", "[json_invalid]"]),
            (b"{broken", ["不是有效的 JSON（key must be a string at line 1 column 2）", "[json_invalid]"]),
            (b"\xff\xfe{}", ["不是有效的 JSON", "[json_invalid]"]),
            (b"[1, 2]", ["应为一组字段", "[model_type]"]),
            (b'"text"', ["应为一组字段", "[model_type]"]),
        ],
    )
    def test_file_that_is_no_programme(self, content: bytes | None, said: list[str], fresh: Path, tmp_path: Path) -> None:
        file = tmp_path / "programme.json"
        if content is not None:
            file.write_bytes(content)

        done = run("screen", file, "--json")

        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith("programme.json: ")
        assert [each for each in said if each not in done.stderr] == []
        assert not fresh.exists()

    def test_folder_is_no_programme(self, fresh: Path, tmp_path: Path) -> None:
        assert "是文件夹，请给出文件 is a directory [file-kind]" in run("screen", tmp_path).stderr

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"seed": ...}, "seed：必填 Field required [missing]"),
            ({"seed": "short"}, "seed：内容过短（至少 "),
            ({"quotas": 3}, "quotas：没有这一项"),
            ({"reference_on": "yesterday"}, "reference_on：应为 YYYY-MM-DD 形式的日期"),
            ({"division": "4202"}, "division：格式不正确（须合 "),
            ({"categories": ["rich"]}, "categories.0：不是可选的值（可用 'urban_allowance'"),
            ({"groups": []}, "groups：数量过少（至少 1）"),
            ({"groups": [{"code": "G1", "quota": 0}]}, "groups.0.quota：数值过小（不小于 1）"),
            ({"groups": [{"code": "G9", "quota": 1}]}, "没有启用对象类别 G9 的插件 [groups.0 unknown-group]"),
            ({"groups": [{"code": "H1", "criterion": "age > 3", "quota": 1}]}, "自定类别 H1 须有名称 [groups.0 "),
            ({"groups": [{"code": "G1", "quota": 1, "score": "age >"}]}, "不合语法：age > [groups.0.score "),
            ({"groups": [{"code": "H1", "name": "女", "criterion": "sex == 3", "quota": 1}]}, "不能把代码与整数相比 [groups.0.criterion "),
            ({"groups": [{"code": "H1", "name": "女", "criterion": "flags.rich", "quota": 1}]}, "flags.rich”这一标识"),
            ({"score": "age >"}, "不合语法：age > [score "),
            ({"tie_rule": "nobody"}, "[tie_rule "),
            ({"adjustments": [{"group": "G9", "quota": 1, "reason": "人多"}]}, "G9 [adjustments "),
        ],
    )
    def test_field_and_rule_are_named(self, in_store: Bureau, change: dict[str, Any], said: str, tmp_path: Path) -> None:
        file = tmp_path / "programme.json"
        written = {name: value for name, value in {**TERMS, **change}.items() if value is not ...}
        file.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")

        done = run("screen", file, "--json")

        assert (done.exit_code, done.stdout) == (1, "")
        assert [line for line in done.stderr.splitlines() if line.startswith("programme.json: ") and said in line], done.stderr

    def test_every_fault_has_a_sentence(self, fresh: Path, tmp_path: Path) -> None:
        file = tmp_path / "programme.json"
        file.write_text(json.dumps(TERMS | {"seed": 1, "groups": [{"code": "G1", "quota": "x", "y": 1}]}), encoding="utf-8")

        lines = run("screen", file).stderr.splitlines()

        assert [line.split("：")[0] for line in lines] == [f"programme.json: {place}" for place in ("seed", "groups.0.quota", "groups.0.y")]

    def test_store_that_is_not_there_is_said_in_chinese(self, fresh: Path, tmp_path: Path) -> None:
        file = tmp_path / "programme.json"
        file.write_text(json.dumps(TERMS, ensure_ascii=False), encoding="utf-8")

        done = run("screen", file, "--json")

        assert (done.exit_code, done.stdout) == (1, "")
        assert "数据库尚未建立" in done.stderr
        assert "qiao db upgrade intake" in done.stderr


class TestExport:
    def test_file_that_is_there_stays_as_it_was(self, in_store: Bureau, tmp_path: Path) -> None:
        file = tmp_path / "people.csv"
        file.write_text("before")
        (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere.csv")

        for path in (file, tmp_path / "link.csv"):
            done = run("export", path)
            assert (done.exit_code, f"{path}: 已存在，不会覆盖" in done.stderr) == (1, True)

        assert file.read_text() == "before"
        assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["link.csv", "people.csv"]
        assert list(tmp_path.glob(".*")) == []

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("nowhere/people.csv", "nowhere/people.csv: 没有这个文件或文件夹"),
            ("file/people.csv", "file/people.csv: 没有这个文件或文件夹"),
            ("folder.csv", "folder.csv: 已存在"),
            ("folder.csv/", "folder.csv: 已存在"),
            ("people.pdf", "people.pdf: 文件名应以"),
            ("x" * 300 + ".csv", "无法读写 "),
            (".csv", "文件名应以"),
        ],
    )
    def test_place_where_no_file_can_be(self, in_store: Bureau, name: str, said: str, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        (tmp_path / "folder.csv").mkdir()
        before = sorted(tmp_path.rglob("*"))

        done = run("export", f"{tmp_path}/{name}")

        assert (done.exit_code, done.stdout) == (1, "")
        assert said in done.stderr
        assert sorted(tmp_path.rglob("*")) == before

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
    def test_folder_that_may_not_be_written(self, in_store: Bureau, tmp_path: Path) -> None:
        (tmp_path / "shut").mkdir(mode=0o500)

        assert "没有权限 permission denied" in run("export", tmp_path / "shut" / "people.csv").stderr

    def test_disk_that_is_full_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No space") as failed, table_file(tmp_path / "people.csv"):
            raise OSError(28, "No space left on device", str(next(tmp_path.glob(".people.csv.*"))))

        assert str(failed.value.filename) == str(tmp_path / "people.csv")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--division", "4202"), "--division：行政区划代码"),
            (("--category", "rich"), "--category：没有这种救助类别：rich"),
            (("--what", "cats"), "--what 应为"),
            (("--personal", "--purpose", "audit"), "--by"),
        ],
    )
    def test_option_is_named(self, options: tuple[str, ...], said: str, fresh: Path, tmp_path: Path) -> None:
        done = run("export", tmp_path / "people.csv", *options)

        assert (done.exit_code, said in done.stderr) == (1, True), done.stderr
        assert list(tmp_path.iterdir()) == []

    def test_end_of_the_name_may_be_in_capitals(self, in_store: Bureau, tmp_path: Path) -> None:
        assert run("export", tmp_path / "PEOPLE.CSV").exit_code == 0
        assert len((tmp_path / "PEOPLE.CSV").read_text(encoding="utf-8-sig").splitlines()) == 41


def test_copy_for_a_person_is_not_half_done_either(in_store: Bureau, tmp_path: Path) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"

    missing = run("subject", nobody, tmp_path / "copy.json", "--by", "officer")
    there = run("subject", nobody, tmp_path, "--by", "officer")
    nowhere = run("subject", nobody, tmp_path / "nowhere" / "copy.json", "--by", "officer")

    assert [each.exit_code for each in (missing, there, nowhere)] == [1, 1, 1]
    assert "已存在" in there.stderr
    assert "没有这个文件或文件夹" in nowhere.stderr
    assert list(tmp_path.glob("**/*copy.json*")) == []
