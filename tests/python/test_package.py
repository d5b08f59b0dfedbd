from importlib import metadata, resources
from pathlib import Path

import playhead


def test_the_module_has_the_version_of_the_installed_package() -> None:
    assert playhead.__version__ == metadata.version("playhead")


def test_type_checkers_are_told_that_the_package_is_typed() -> None:
    assert resources.files(playhead).joinpath("py.typed").is_file()


def test_the_tests_import_the_installed_package_and_not_the_source_tree() -> None:
    assert Path(str(metadata.distribution("playhead").locate_file("playhead/__init__.py"))).samefile(
        playhead.__file__
    )
