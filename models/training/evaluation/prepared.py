"""Cases that are prepared once, in a folder of the cache that both evaluations read: <index>.json lists them.

Source: written for this project.
"""
import argparse
import json
import shutil
from pathlib import Path

from .. import data as data_module


def prepare(name, version, fill, folder=None):
    """<folder>, or <cache>/<name>, with the cases; they are made if they are missing or of another version.

    fill: callable(folder) -> [case]; writes the files of the cases and returns their entries for `<name>.json`.
    """
    folder = Path(folder) if folder else data_module.cache_folder() / name
    try:
        if json.loads((folder / f"{name}.json").read_text())["version"] == version:
            return folder
    except (OSError, ValueError, KeyError, TypeError):
        pass
    half_made = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(half_made, ignore_errors=True)
    half_made.mkdir(parents=True)
    text = json.dumps({"version": version, "cases": fill(half_made)}, indent=1) + "\n"
    (half_made / f"{name}.json").write_text(text)
    shutil.rmtree(folder, ignore_errors=True)
    half_made.rename(folder)
    return folder


def main(make, description):
    """Command line of a module that prepares cases: --data <folder> [--out <folder>]."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    print(make(arguments.data, arguments.out))
