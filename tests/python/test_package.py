from importlib import metadata, resources
from pathlib import Path
from types import ModuleType

import pytest

import playhead
import playhead.aio
import playhead.aio.modules
import playhead.modules


def test_the_module_has_the_version_of_the_installed_package() -> None:
    assert playhead.__version__ == metadata.version("playhead")


def test_type_checkers_are_told_that_the_package_is_typed() -> None:
    assert resources.files(playhead).joinpath("py.typed").is_file()


def test_the_tests_import_the_installed_package_and_not_the_source_tree() -> None:
    assert Path(str(metadata.distribution("playhead").locate_file("playhead/__init__.py"))).samefile(
        playhead.__file__
    )


@pytest.mark.parametrize(
    "package", [playhead, playhead.aio, playhead.modules, playhead.aio.modules], ids=lambda m: m.__name__
)
def test_every_name_that_a_package_exports_is_there_once(package: ModuleType) -> None:
    missing = [name for name in package.__all__ if not hasattr(package, name)]
    assert missing == []
    assert len(set(package.__all__)) == len(package.__all__)
