"""fetch_pokemon against a small world served from this machine, one row for each rule that chooses rows."""

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from genvsdisc.datasets import fetch_pokemon, fetching

POKEMON = """id,identifier,species_id,is_default
1,sprout,1,1
2,keldeo-ordinary,2,1
3,late,3,1
10,sprout-mega,1,0
11,sprout-hat,1,0
12,sprout-late,1,0
20,keldeo-resolute,2,0
21,floette-eternal,2,0
"""
FORMS = """id,identifier,pokemon_id,introduced_in_version_group_id,is_default
1,sprout,1,1,1
2,keldeo-ordinary,2,2,1
3,late,3,3,1
4,sprout-mega,10,2,1
5,sprout-hat,11,2,1
6,sprout-late,12,3,1
7,keldeo-resolute,20,2,1
8,floette-eternal,21,2,1
9,sprout-shiny,1,1,0
"""
STATS = {
    1: 10,
    2: 20,
    3: 30,
    10: 40,
    11: 10,
    12: 50,
    20: 20,
    21: 60,
}  # the value of every stat but where it was changed
FILES = {
    "pokemon.csv": POKEMON,
    "pokemon_forms.csv": FORMS,
    "pokemon_species.csv": "id,identifier,generation_id,is_legendary,is_mythical\n"
    "1,sprout,1,0,0\n2,keldeo,5,0,1\n3,late,7,1,0\n",
    "pokemon_stats.csv": "pokemon_id,stat_id,base_stat\n"
    + "".join(f"{p},{s},{v}\n" for p, v in STATS.items() for s in range(1, 7)),
    "pokemon_stats_past.csv": "pokemon_id,generation_id,stat_id,base_stat\n"
    "10,5,2,1\n10,6,2,41\n10,8,2,42\n10,7,6,43\n1,1,9,65\n",
    "pokemon_types.csv": "pokemon_id,type_id,slot\n" + "".join(f"{p},{1 + p % 2},1\n" for p in STATS) + "10,3,2\n",
    "stats.csv": "id,identifier\n1,hp\n2,attack\n3,defense\n4,special-attack\n5,special-defense\n6,speed\n9,special\n",
    "types.csv": "id,identifier\n1,water\n2,grass\n3,fire\n",
    "version_groups.csv": "id,identifier,generation_id\n1,red,1\n2,x,6\n3,sun,7\n",
}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Address of the small world; its checksums stand in for the real ones."""
    folder = tmp_path / "served"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, newline="\n")
        monkeypatch.setitem(fetching._SHA256, name, hashlib.sha256(text.encode()).hexdigest())
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_rows_are_chosen_and_joined(served, tmp_path):
    data = fetch_pokemon(tmp_path / "home", base_url=served)
    assert data.X["name"].tolist() == ["sprout", "sprout-mega", "keldeo-ordinary", "keldeo-resolute"]
    assert data.X["number"].tolist() == [1, 1, 2, 2]
    assert data.y.tolist() == ["grass", "water", "water", "water"]
    assert data.X["second_type"].fillna("").tolist() == ["", "fire", "", ""]
    assert data.X["generation"].tolist() == ["I", "I", "V", "V"]
    assert data.X["legendary"].tolist() == [False] * 4  # keldeo is mythical, but not so in the table of the courses
    stats = data.X[["hp", "attack", "defense", "sp_attack", "sp_defense", "speed"]].to_numpy().tolist()
    assert stats == [[10] * 6, [40, 41, 40, 40, 40, 43], [20] * 6, [20] * 6]


def test_second_time_needs_no_server(served, tmp_path):
    first = fetch_pokemon(tmp_path / "home", base_url=served)
    again = fetch_pokemon(tmp_path / "home", base_url="http://127.0.0.1:9")  # nothing listens at port 9
    assert again.to_frame().equals(first.to_frame())


def test_environment_names_home_and_server(served, tmp_path, monkeypatch):
    monkeypatch.setenv("GENVSDISC_DATA", str(tmp_path / "there"))
    monkeypatch.setenv("GENVSDISC_POKEAPI_URL", served)
    assert len(fetch_pokemon().X) == 4
    assert (tmp_path / "there" / "pokeapi" / "pokemon.csv").exists()


def test_a_changed_file_is_refused(served, tmp_path, monkeypatch):
    monkeypatch.setitem(fetching._SHA256, "types.csv", "0" * 64)
    monkeypatch.setattr(fetching, "_RETRIES", 0)
    with pytest.raises(ValueError, match=r"types.csv.*does not match the known hash"):
        fetch_pokemon(tmp_path / "home", base_url=served)


def test_no_server_is_an_os_error(tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "_RETRIES", 0)
    with pytest.raises(OSError, match=r"127\.0\.0\.1"):
        fetch_pokemon(tmp_path / "home", base_url="http://127.0.0.1:9")
