"""Runs the tests, two classes at a time with a core each: `python3 -m training.tests.suite [--report kit.json]`."""
import argparse
import json
import multiprocessing
import os
import sys
import time
import unittest
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

AT_ONCE = 2


class TimedResult(unittest.TextTestResult):
    def __init__(self, *args):
        super().__init__(*args)
        self.tests = []

    def startTest(self, test):
        super().startTest(test)
        self.began = time.perf_counter()

    def stopTest(self, test):
        self.tests.append({"name": test.id(), "seconds": time.perf_counter() - self.began})
        super().stopTest(test)


def load():
    """{name of a class: its tests}"""
    classes = {}

    def add(suite):
        for each in suite:
            if isinstance(each, unittest.TestSuite):
                add(each)
            else:
                classes.setdefault(each.id().rpartition(".")[0], []).append(each)

    add(unittest.defaultTestLoader.discover(str(Path(__file__).parent), top_level_dir=str(Path(__file__).parents[2])))
    return classes


def run(name):
    """Runs the tests of one class and answers what came of them."""
    suite = unittest.TestSuite(load()[name])
    with open(os.devnull, "w") as nowhere:
        result = unittest.TextTestRunner(nowhere, resultclass=TimedResult).run(suite)
    # The failure of one of its cases is one of the test.
    bad = {getattr(test, "test_case", test).id(): text for test, text in result.failures + result.errors}
    skipped = {test.id() for test, _ in result.skipped}
    passed = [test for test in result.tests if test["name"] not in bad.keys() | skipped]
    return {"class": name, "tests": result.tests, "passed": len(passed), "bad": bad, "skipped": len(skipped)}


def main():
    parser = argparse.ArgumentParser(prog="python3 -m training.tests.suite")
    parser.add_argument("--report", help="a file for the counts and the seconds of each test, as JSON")
    args = parser.parse_args()
    # Small nets gain nothing from a second thread. Read by PyTorch when a process begins.
    os.environ["OMP_NUM_THREADS"] = "1"
    tests, passed, failed = [], 0, 0
    # Started anew and not forked: PyTorch's threads do not survive a fork.
    with ProcessPoolExecutor(AT_ONCE, multiprocessing.get_context("spawn")) as pool:
        # Those with many tests take longest, mostly: they begin.
        classes = sorted(load().items(), key=lambda item: -len(item[1]))
        for done in as_completed([pool.submit(run, name) for name, _ in classes]):
            one = done.result()
            tests += one["tests"]
            passed += one["passed"]
            failed += len(one["bad"])
            skipped = f", {one['skipped']} skipped" if one["skipped"] else ""
            seconds = sum(test["seconds"] for test in one["tests"])
            print(f"{one['class']}: {one['passed']} passed in {seconds:.1f} s{skipped}", flush=True)
            for name, text in one["bad"].items():
                print(f"FAILED {name}\n{text}", flush=True)
    if args.report:
        Path(args.report).write_text(json.dumps({"passed": passed, "failed": failed, "tests": tests}))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
