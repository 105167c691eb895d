"""What is written is whole or not there, whatever stops the process, and nothing else is left."""

import os
import signal
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from genvsdisc import files
from genvsdisc.files import (
    COMMITTED,
    UNFINISHED,
    atomic_file,
    atomic_folder,
    finish_commit,
    read_json,
    unwind_on_termination,
)

NAMES = ["a.csv", "b.csv", "meta.json"]
STOPPING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
posix = pytest.mark.skipif(os.name != "posix", reason="signals and locks of POSIX")


def write(folder, text, names=NAMES):
    with atomic_folder(folder) as staging:
        for name in names:
            (staging / name).write_text(text)


def content(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def left(folder):
    return sorted(path.name for path in folder.rglob(".genvsdisc*"))


@pytest.fixture
def child():
    """Start Python on a program; the process is over when the test is."""
    with ExitStack() as stack:

        def start(program, *arguments):
            command = [sys.executable, "-c", program, *map(str, arguments)]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.kill)
            return process

        yield start


@pytest.fixture
def waiting(child):
    """Start a process that is about to write a file or a folder."""

    def start(path, kind):
        process = child(WAITING, path, kind)
        assert process.stdout.readline() == "ready\n"
        return process

    return start


# Whole or not there ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OSError, RuntimeError])
@pytest.mark.parametrize("there", [False, True])
def test_an_exception_in_the_block_leaves_what_was_there(tmp_path, error, there):
    folder, file = tmp_path / "new" / "out", tmp_path / "other" / "page.html"
    if there:
        write(folder, "old")
        with atomic_file(file) as draft:
            draft.write_text("old")
    before = content(tmp_path)

    def stopped(writer, path, name):
        with writer(path) as draft:
            (draft / name).write_text("new")
            raise error

    with pytest.raises(error):
        stopped(atomic_folder, folder, "a.csv")
    with pytest.raises(error):
        stopped(atomic_file, file, "")
    assert content(tmp_path) == before
    assert there or not list(tmp_path.iterdir())
    assert left(tmp_path) == []


def test_other_files_stay_and_folders_are_merged(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.bin").write_text("mine")
    (tmp_path / "thesis.tex").write_text("mine")
    for text in ("old", "new"):
        with atomic_folder(tmp_path) as staging:
            (staging / "models").mkdir()
            (staging / "models" / "logistic.bin").write_text(text)
            (staging / "meta.json").write_text(text)
    assert content(tmp_path) == {
        "thesis.tex": "mine",
        "models/mine.bin": "mine",
        "models/logistic.bin": "new",
        "meta.json": "new",
    }


def test_a_symbolic_link_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "page.html").write_text("old")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "page.html").symlink_to("real/page.html")
    write(tmp_path / "folder", "new")
    with atomic_file(tmp_path / "page.html") as draft:
        draft.write_text("new")
    assert (tmp_path / "folder").is_symlink()
    assert (tmp_path / "page.html").is_symlink()
    assert content(tmp_path / "real") == dict.fromkeys([*NAMES, "page.html"], "new")


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_modes_follow_the_umask(tmp_path, mask):
    former = os.umask(mask)
    try:
        write(tmp_path / "out", "new")
        with atomic_file(tmp_path / "page.html") as draft:
            draft.write_text("new")
    finally:
        os.umask(former)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o777 & ~mask
    for path in (tmp_path / "page.html", tmp_path / "out" / "a.csv"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


# Signals ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def as_started():
    """Signals as an interactive shell leaves them; a job in the background, or nohup, ignores some."""
    former = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTERM, signal.SIGHUP)}
    former[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in former.items():
        signal.signal(number, handler)


@posix
@pytest.mark.usefixtures("as_started")
@pytest.mark.parametrize("number", STOPPING)
@pytest.mark.parametrize("at", range(len(NAMES)))
def test_c10_a_signal_between_the_moves_waits_for_the_last(tmp_path, monkeypatch, number, at):
    write(tmp_path, "old")
    move, moved = Path.replace, []

    def interrupted(self, place):
        if len(moved) == at:
            signal.raise_signal(number)
        moved.append(place)
        return move(self, place)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises((KeyboardInterrupt, SystemExit)), unwind_on_termination():
        write(tmp_path, "new")
    assert content(tmp_path) == dict.fromkeys(NAMES, "new")
    assert left(tmp_path) == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


KILLED = """
import os, signal, sys
from pathlib import Path
from genvsdisc.files import atomic_folder
folder, number, at = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
moves = {name: getattr(Path, name) for name in ("replace", "rename")}
count = 0
def counted(name):
    def move(self, place):
        global count
        if count == at:
            os.kill(os.getpid(), number)
        count += 1
        return moves[name](self, place)
    return move
for name in moves:
    setattr(Path, name, counted(name))
with atomic_folder(folder) as staging:
    for name in ("a.csv", "b.csv", "meta.json"):
        (staging / name).write_text("new")
"""


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("at", range(len(NAMES) + 1))
def test_c10_a_process_killed_between_the_moves_leaves_the_old_folder_or_the_new(tmp_path, child, number, at):
    write(tmp_path, "old")
    assert child(KILLED, tmp_path, int(number), at).wait() == -number
    finish_commit(tmp_path)
    whole = {name: text for name, text in content(tmp_path).items() if name in NAMES}
    # Before the first rename nothing is committed, unless the signal is one that can be held.
    committed = at > 0 or number == signal.SIGTERM
    assert whole == dict.fromkeys(NAMES, "new" if committed else "old")
    write(tmp_path, "again")
    assert content(tmp_path) == dict.fromkeys(NAMES, "again")
    assert left(tmp_path) == []


WAITING = """
import signal, sys, time
from genvsdisc.files import atomic_file, atomic_folder, unwind_on_termination
signal.signal(signal.SIGHUP, signal.SIG_DFL)
with unwind_on_termination(), {"file": atomic_file, "folder": atomic_folder}[sys.argv[2]](sys.argv[1]):
    print("ready", flush=True)
    time.sleep(60)
"""


@posix
@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_c05_a_process_that_is_terminated_leaves_nothing(tmp_path, waiting, kind, number):
    process = waiting(tmp_path / "reports" / "out", kind)
    process.send_signal(number)
    assert process.wait() == 128 + number
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("there", [False, True])
def test_c05_what_a_killed_process_left_is_cleared_by_the_next_and_a_living_one_is_let_be(
    tmp_path, waiting, kind, there
):
    out = tmp_path / "reports" / "out"
    (out if there and kind == "folder" else out.parent).mkdir(parents=True)
    killed, living = waiting(out, kind), waiting(out, kind)
    killed.kill()
    killed.wait()
    assert len(left(tmp_path)) == 2
    other = waiting(out, kind)
    assert len(left(tmp_path)) == 2
    for process in (living, other):
        process.terminate()
        process.wait()
    assert left(tmp_path) == []
    assert out.exists() == (there and kind == "folder")


@posix
@pytest.mark.usefixtures("as_started")
def test_an_ignored_signal_stays_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with unwind_on_termination():
        signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_a_thread_may_write(tmp_path):
    thread = threading.Thread(target=write, args=(tmp_path / "out", "new"))
    thread.start()
    thread.join()
    assert content(tmp_path / "out") == dict.fromkeys(NAMES, "new")


def test_where_folders_cannot_be_locked_writing_works_and_clears_nothing(tmp_path, monkeypatch):
    (tmp_path / f"{UNFINISHED}0").mkdir()
    monkeypatch.setattr(files, "fcntl", None)
    write(tmp_path, "new")
    assert left(tmp_path) == [f"{UNFINISHED}0"]
    assert (tmp_path / "a.csv").read_text() == "new"


def test_a_reader_ends_what_was_committed(tmp_path):
    write(tmp_path, "old")
    (tmp_path / COMMITTED).mkdir()
    (tmp_path / COMMITTED / "b.csv").write_text("new")
    finish_commit(tmp_path)
    assert content(tmp_path) == {"a.csv": "old", "b.csv": "new", "meta.json": "old"}
    finish_commit(tmp_path)
    assert left(tmp_path) == []


# Errors ----------------------------------------------------------------------------------------------------------


def test_c06_an_error_names_what_was_asked_for(tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(NotADirectoryError, match=r"file' is a file; give the name of a folder"),
        atomic_folder(tmp_path / "file"),
    ):
        pass
    with (
        pytest.raises(IsADirectoryError, match=r"folder' is a folder; give the name of a file in it"),
        atomic_file(tmp_path / "folder"),
    ):
        pass
    for place in (tmp_path / "file" / "page.html", tmp_path / "file" / "a" / "b" / "page.html"):
        for writer in (atomic_file, atomic_folder):
            with pytest.raises(NotADirectoryError, match="Not a directory") as raised, writer(place):
                pass
            assert raised.value.filename == str(place)
    assert left(tmp_path) == []
    assert content(tmp_path) == {"file": "mine"}


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a file system that refuses even the superuser")
@pytest.mark.parametrize("writer", [atomic_file, atomic_folder])
def test_c06_a_folder_that_refuses_is_named(writer):
    with (
        pytest.raises(OSError, match=r"No such file or directory|Permission denied") as raised,
        writer("/proc/new/out"),
    ):
        pass
    assert raised.value.filename == "/proc/new/out"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "{", ""])
def test_json_that_is_none_or_nested_too_deeply_is_one_kind_of_error(text):
    with pytest.raises(ValueError, match=r"."):
        read_json(text)
    assert read_json("[1, 2]") == [1, 2]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes that have a name")
def test_a_pipe_takes_what_is_written_and_stays_one(tmp_path):
    pipe, got = tmp_path / "pipe.json", []
    os.mkfifo(pipe)
    (tmp_path / "link.json").symlink_to(pipe)
    for path in (pipe, tmp_path / "link.json"):
        reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
        reader.start()
        with atomic_file(path) as draft:
            draft.write_text("all of it")
        reader.join()
        assert pipe.is_fifo()
    assert got == ["all of it"] * 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.json", "pipe.json"]


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="descriptors that have a name")
def test_a_descriptor_is_written_to():
    ours, theirs = os.pipe()
    with atomic_file(f"/dev/fd/{theirs}") as draft:
        draft.write_text("all of it")
    os.close(theirs)
    assert os.read(ours, 99) == b"all of it"
    os.close(ours)


def test_c06_a_stream_that_takes_nothing_is_named(tmp_path, monkeypatch):
    pipe = tmp_path / "pipe.json"
    if not hasattr(os, "mkfifo"):
        pytest.skip("pipes that have a name")
    os.mkfifo(pipe)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("genvsdisc.files.shutil.copyfileobj", full)
    reader = threading.Thread(target=pipe.read_bytes)
    reader.start()
    with pytest.raises(OSError, match="No space left on device") as raised, atomic_file(pipe) as draft:
        draft.write_text("all of it")
    reader.join()
    assert raised.value.filename == str(pipe)
