"""Where configs and networks are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import resources


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-in for an installed package: no pyproject.toml above, data inside `_data`."""
    package = tmp_path / "site-packages" / "sim"
    for kind in ("configs", "networks"):
        (package / "_data" / kind / "group").mkdir(parents=True)
        (package / "_data" / kind / "group" / "shipped.yaml").write_text("from: wheel\n")
        (package / "_data" / kind / "group" / "both.yaml").write_text("from: wheel\n")
    monkeypatch.setattr(resources, "_PACKAGE", package)
    here = tmp_path / "empty"
    here.mkdir()
    monkeypatch.chdir(here)
    return package


def test_the_checkout_serves_its_own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a checkout, the folders beside the package are found from any current directory."""
    monkeypatch.chdir(tmp_path)
    root = resources.checkout_folder()
    assert root is not None
    assert resources.resource_folders("configs") == (root / "configs",)


def test_an_installed_package_serves_its_data(installed: Path) -> None:
    """In an empty folder, an installed package finds what it carries."""
    assert resources.checkout_folder() is None
    assert resources.find_resource("networks", "group") == installed / "_data" / "networks" / "group"


def test_the_users_folder_goes_first(installed: Path) -> None:
    """A file of the user's replaces the shipped one of the same name and leaves the others."""
    own = Path.cwd() / "configs" / "group"
    own.mkdir(parents=True)
    (own / "both.yaml").write_text("from: user\n")
    shipped = installed / "_data" / "configs" / "group"
    assert resources.find_resource("configs", "group/both.yaml") == own / "both.yaml"
    assert resources.find_resource("configs", "group/shipped.yaml") == shipped / "shipped.yaml"
    assert resources.find_resource("configs", "group/none.yaml") is None
    assert resources.resource_names("configs", "group") == ["both", "shipped"]


def test_the_same_folder_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standing in the checkout, its folder is not searched twice."""
    root = resources.checkout_folder()
    assert root is not None
    monkeypatch.chdir(root)
    assert resources.resource_folders("networks") == (root / "networks",)


def test_a_damaged_installation_says_where_it_looked(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any data the message names the folder that should be there."""
    monkeypatch.setattr(resources, "_PACKAGE", installed / "elsewhere")
    with pytest.raises(FileNotFoundError, match="configs of the project are missing"):
        resources.shipped_folder("configs")
