"""Finding, verifying and fetching models; the network is a transport made up here."""

import hashlib
import io
import json
import shutil
import zipfile
from functools import partial

import httpx
import pytest

from core.errors import EnvironmentProblem, InvalidInput, ModelCorrupt, ModelMissing
from speech import models
from speech.models import COMMITTED, fetch, find_model, find_speaker_model, installed, verify, write_manifest

CLIENT = httpx.Client
SMALL_CN = "vosk-model-small-cn-0.22"


def bundle(folder=SMALL_CN):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(f"{folder}/conf/mfcc.conf", "--sample-frequency=16000\n")
    return data.getvalue()


@pytest.fixture
def download(monkeypatch):
    """Serve this archive, announced with this md5, instead of the network."""

    def serve(archive, md5=None):
        def answer(request):
            if request.url.path.endswith(".json"):
                digest = md5 if md5 is not None else hashlib.md5(archive).hexdigest()
                return httpx.Response(200, json=[{"name": SMALL_CN, "md5": digest}])
            return httpx.Response(200, content=archive)

        monkeypatch.setattr(models.httpx, "Client", partial(CLIENT, transport=httpx.MockTransport(answer)))

    return serve


@pytest.fixture
def no_network(monkeypatch):
    def refuse(request):
        raise httpx.ConnectError("no route")

    monkeypatch.setattr(models.httpx, "Client", partial(CLIENT, transport=httpx.MockTransport(refuse)))
    monkeypatch.setattr(models.shutil, "which", lambda name: None)


def test_the_english_model_of_the_repository_is_found_and_whole():
    english = find_model("en-US")
    assert english == COMMITTED / "en-phone"
    assert find_model("en-GB") == english
    assert verify(english) == 9
    assert installed()[0].name == "en-phone"


def test_a_missing_model_says_what_to_run(tmp_path):
    with pytest.raises(ModelMissing, match="loanline models fetch small-cn"):
        find_model("zh-CN", [tmp_path])
    with pytest.raises(ModelMissing, match="loanline models fetch speaker"):
        find_speaker_model([tmp_path])
    with pytest.raises(ModelMissing, match="loanline models list"):
        find_model("xx", [tmp_path])
    with pytest.raises(ModelMissing):
        verify(tmp_path / "none")


def test_a_fetched_model_is_found_by_language_and_by_either_name(tmp_path, download):
    download(bundle())
    path = fetch("small-cn", tmp_path / "models")
    assert path == tmp_path / "models" / SMALL_CN
    assert verify(path) == 1
    for found in (
        find_model("zh-CN", [tmp_path / "models"]),
        find_model("zh", [tmp_path / "models"], name="small-cn"),
        find_model("en-US", [tmp_path / "models"], name=SMALL_CN),
        fetch(SMALL_CN, tmp_path / "models"),
    ):
        assert found == path
    assert [entry.name for entry in (tmp_path / "models").iterdir()] == [SMALL_CN]


@pytest.mark.parametrize("change", ["altered", "gone", "added", "no manifest", "manifest of nonsense"])
def test_any_change_of_a_model_is_found(tmp_path, change):
    model = tmp_path / "m"
    shutil.copytree(COMMITTED / "en-phone", model)
    if change == "altered":
        with (model / "am" / "final.mdl").open("r+b") as file:
            file.seek(1000)
            file.write(b"\0\1\2\3")
    elif change == "gone":
        (model / "conf" / "model.conf").unlink()
    elif change == "added":
        (model / "conf" / "online.conf").write_text("")
    elif change == "no manifest":
        (model / "manifest.json").unlink()
    else:
        (model / "manifest.json").write_text("[]")
    with pytest.raises(ModelCorrupt, match="restore it"):
        verify(model)
    write_manifest(model)
    assert verify(model) in (8, 9, 10)


def test_a_damaged_download_is_refused_and_leaves_nothing(tmp_path, download):
    for archive, md5 in ((bundle(), "0" * 32), (b"no archive", None), (bundle("other"), None)):
        download(archive, md5)
        with pytest.raises(ModelCorrupt, match="fetch it again"):
            fetch("small-cn", tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_without_a_network_one_sentence_says_what_to_do(tmp_path, no_network):
    for name in ("small-cn", "speaker"):
        with pytest.raises(EnvironmentProblem, match="out of reach"):
            fetch(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "page",
    [
        b"<html>sign in to this network</html>",
        b"[]",
        b"{}",
        b'["x"]',
        b'[{"name": "vosk-model-small-cn-0.22", "md5": ""}]',
    ],
)
def test_a_list_without_a_checksum_is_no_list_and_nothing_is_stored(tmp_path, monkeypatch, page):
    serve = httpx.MockTransport(lambda request: httpx.Response(200, content=page))
    monkeypatch.setattr(models.httpx, "Client", partial(CLIENT, transport=serve))
    with pytest.raises(EnvironmentProblem, match="with a checksum"):
        fetch("small-cn", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_name_lists_the_known_ones(tmp_path):
    with pytest.raises(InvalidInput, match="small-en, large-en, small-cn, speaker"):
        fetch("klingon", tmp_path)


def test_what_comes_with_the_project_needs_no_fetching(tmp_path, no_network):
    assert fetch("en-phone", tmp_path) == COMMITTED / "en-phone"


def test_the_manifest_names_every_file():
    listed = json.loads((COMMITTED / "en-phone" / "manifest.json").read_text())["sha256"]
    assert "am/final.mdl" in listed
    assert len(listed) == 9
