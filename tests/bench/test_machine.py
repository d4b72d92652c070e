"""Facts of the machine are there, or None; nothing of it raises."""

import json

from pixgrep.bench import machine


def test_facts_are_json_and_name_the_machine():
    facts = {**machine.facts(), **machine.gpu_facts()}
    assert json.loads(json.dumps(facts)) == facts
    assert facts["processor"]
    assert facts["cores"] >= 1
    assert (facts["gpu"] is None) == (facts["gpu_missing"] is not None)
    assert "numpy" in facts["versions"]


def test_free_memory_is_part_of_all_memory():
    whole = machine.memory()
    assert whole is None or 0 < machine.free_memory() <= whole


def test_where_the_system_says_nothing_little_memory_is_assumed(monkeypatch):
    monkeypatch.setattr(machine, "memory", lambda: None)
    monkeypatch.setattr(machine, "Path", lambda path: machine_without_files)
    assert machine.free_memory() == machine.MEMORY_IF_UNKNOWN


class _NoFile:
    def read_text(self) -> str:
        raise FileNotFoundError

    def __truediv__(self, name: str) -> "_NoFile":
        return self


machine_without_files = _NoFile()
