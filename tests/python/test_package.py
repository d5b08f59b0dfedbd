from importlib import metadata, resources

import playhead


def test_the_module_has_the_version_of_the_installed_package():
    assert playhead.__version__ == metadata.version("playhead")


def test_type_checkers_are_told_that_the_package_is_typed():
    assert resources.files(playhead).joinpath("py.typed").is_file()


def test_the_tests_import_the_installed_package_and_not_the_source_tree():
    assert metadata.distribution("playhead").locate_file("playhead/__init__.py").samefile(playhead.__file__)
