"""Files and folders that are whole or not there: written aside, put in place by one rename.

A draft lies in a staging folder on the file system of its target. A new file or folder is put in place by renaming its
draft. Where the folder exists, the staging folder becomes, in one rename, a committed folder inside it, and the files
move from there over the former ones. Whoever next opens the folder ends moves that were cut off (`finish_commit`): a
process that is killed in between leaves a whole folder too, the new one.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from errno import EEXIST, ENOTDIR
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows: folders cannot be locked, so that what a killed process left is not cleared
    fcntl = None  # type: ignore[assignment]  # a module, or its absence

UNFINISHED = ".genvsdisc-unfinished-"
COMMITTED = ".genvsdisc-committed"
_STOPPING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give the path of a draft, and put it in place when the block ends; an exception leaves what was there.

    Parameters
    ----------
    path : path
        File to write; its folder is made. A symbolic link is followed. A device or a pipe, such as /dev/null, takes
        what was written, and stays what it is.

    Yields
    ------
    draft : Path
        To be written; it has the name of the file.

    Raises
    ------
    OSError
        If the file cannot be written there; the error names `path`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_file(f"{folder}/new/table.csv") as draft:
    ...         _ = draft.write_text("a,b")
    ...     Path(folder, "new", "table.csv").read_text()
    'a,b'
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(f"{os.fspath(path)!r} is a folder; give the name of a file in it")
    if Path(path).exists() and not Path(path).is_file():  # which a rename would replace by a file
        with tempfile.TemporaryDirectory() as folder:
            yield (draft := Path(folder, target.name))
            _pour(draft, os.fspath(path))
        return
    with _staging(target.parent, os.fspath(path)) as staging:
        yield staging / target.name
        with _stopping_held():
            (staging / target.name).replace(target)


@contextmanager
def atomic_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a staging folder, whose files go into a folder together when the block ends, or not at all.

    The other files of the folder stay. A folder that is not there yet is made when the block ends, but that it can be
    made is tried before the block begins.

    Parameters
    ----------
    path : path
        Folder to write. A symbolic link is followed.

    Yields
    ------
    staging : Path
        Empty folder, to be filled with files.

    Raises
    ------
    OSError
        If the folder cannot be written; the error names `path`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_folder(f"{folder}/report") as staging:
    ...         _ = (staging / "index.html").write_text("<p>")
    ...     sorted(file.name for file in Path(folder, "report").iterdir())
    ['index.html']
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(f"{os.fspath(path)!r} is a file; give the name of a folder")
    finish_commit(target)
    _clear(target)
    # Inside where it exists, since it may be a file system of its own.
    with _staging(target if target.exists() else target.parent, os.fspath(path)) as staging:
        yield staging
        with _stopping_held():
            if target.exists():
                staging.rename(target / COMMITTED)
                finish_commit(target)
            else:
                staging.rename(target)


def refuse_over(option: str, path: Path, read: Iterable[str | os.PathLike[str]]) -> None:
    """Refuse to write a file over one of those that are read.

    Raises
    ------
    ValueError
        If the file is one of them, by this or another path.
    """
    same = [each for each in read if path.is_file() and Path(each).is_file() and path.samefile(each)]
    if same:
        raise ValueError(f"{option}: {os.fspath(path)!r} would be written over, and is read: give another name")


def finish_commit(folder: Path) -> None:
    """Move the files of a write that was cut off after its commit to their places; do nothing where there are none."""
    committed = folder / COMMITTED
    if not committed.is_dir():
        return
    with suppress(FileNotFoundError):  # where another process moves them too
        for file in sorted(each for each in committed.rglob("*") if not each.is_dir()):
            place = folder / file.relative_to(committed)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)
        shutil.rmtree(committed)


def read_json(text: str | bytes) -> Any:
    """Read JSON; what is nested too deeply for that is a ValueError too, as all that is none.

    Raises
    ------
    ValueError
        If it is no JSON.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("its brackets are nested too deeply") from None


class Terminated(SystemExit):
    """The end of the program by a signal, which no code of anyone has asked for."""


@contextmanager
def no_exit() -> Iterator[None]:
    """Turn what is meant to end a program, raised by a classifier's fit or other code of anyone, into a RuntimeError.

    Such are SystemExit, and the panics of extensions in Rust; an interruption by the user ends the program still.
    """
    try:
        yield
    except (Exception, KeyboardInterrupt, Terminated):
        raise
    except BaseException as error:
        raise RuntimeError(f"it asked for the end of the program: {type(error).__name__}({error})") from error


@contextmanager
def unwind_on_termination() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block by `Terminated` (128 + the signal's number) and not on the spot.

    A process that `timeout`, a container or a batch system stops then leaves no staging folder. A signal that is
    ignored (nohup) stays ignored; outside the main thread, which alone may handle signals, nothing changes.
    """

    def unwind(number: int, _frame: object) -> None:
        raise Terminated(128 + number)

    default = [number for number in _stopping() if signal.getsignal(number) is signal.SIG_DFL]
    try:
        for number in default:
            signal.signal(number, unwind)
        yield
    finally:
        for number in default:
            signal.signal(number, signal.SIG_DFL)


# Staging folders -----------------------------------------------------------------------------------------------


def _pour(draft: Path, asked: str) -> None:
    """Write a file into a device or a pipe; an error names what was asked for."""
    try:
        with draft.open("rb") as written, Path(asked).open("wb") as out:
            shutil.copyfileobj(written, out)
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), asked) from error


@contextmanager
def _staging(place: Path, asked: str) -> Iterator[Path]:
    """Make a staging folder in a folder, which is made too; both leave no trace, and errors name what was asked for."""
    made = [each for each in (place, *place.parents) if not each.exists()]
    try:
        place.mkdir(parents=True, exist_ok=True)
        _clear(place)
        staging, lock = _locked_folder(place)
    except OSError as error:
        number = ENOTDIR if error.errno == EEXIST else error.errno  # a file stands where a folder is needed
        raise OSError(number, os.strerror(number or 0), asked) from error
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)  # gone, where its content was put in place
        if lock is not None:
            os.close(lock)
        for each in made:
            if not any(each.iterdir()):
                each.rmdir()


def _locked_folder(place: Path) -> tuple[Path, int | None]:
    """Make a folder and lock it; again, where a process that clears took it between the two."""
    while True:
        # Not mkdtemp, which keeps others out: the mode of what is written follows the umask.
        staging = place / f"{UNFINISHED}{secrets.token_hex(4)}"
        staging.mkdir()
        with suppress(BlockingIOError, FileNotFoundError):
            lock = _lock(staging)
            if staging.is_dir():
                return staging, lock


def _lock(folder: Path) -> int | None:
    """Lock a folder until the descriptor is closed or the process ends; None where folders cannot be locked."""
    if fcntl is None:
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise
        return None
    return descriptor


def _clear(place: Path) -> None:
    """Remove the staging folders whose processes were killed."""
    for left in place.glob(f"{UNFINISHED}*"):
        with suppress(BlockingIOError, FileNotFoundError):  # its process lives, or ended just now
            lock = _lock(left)
            if lock is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(lock)


# Signals -------------------------------------------------------------------------------------------------------


@contextmanager
def _stopping_held() -> Iterator[None]:
    """Hold the signals that stop a process until the block ends."""
    arrived: list[int] = []
    former = {number: signal.getsignal(number) for number in _stopping()}
    try:
        for number in former:
            signal.signal(number, lambda number, _: arrived.append(number))
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(arrived):
            signal.raise_signal(number)


def _stopping() -> list[int]:
    """Signals that stop a process, as far as this thread may handle them and Python knows how they are handled now."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [number for number in _STOPPING if signal.getsignal(number) is not None]
