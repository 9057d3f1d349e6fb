"""What is shipped with Qiao may be used by a public authority and passed on under Apache-2.0."""

import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.project.sources import ROOT, text_of
from tests.project.test_requirements import lock

FREE = (
    "MIT",
    "BSD",
    "Apache",
    "ISC",
    "Python Software Foundation",
    "PSF",
    "Mozilla Public License",
    "MPL",
    "0BSD",
    "Unlicense",
    "Zlib",
    "LGPL",
    "Lesser General Public",
    "Redistribution and use in source and binary forms",
)
"""LGPL only for libraries that are used as they are: psycopg, python-stdnum. The last: BSD in words; pyxform leaves the name out."""
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


def licence_of(package: str) -> str:
    found = distribution(package)
    described = found.metadata
    classifiers = [value for value in described.get_all("Classifier", []) if value.startswith("License")]
    said = " ".join([*described.get_all("License-Expression", []), *classifiers, *described.get_all("License", [])])
    return said or " ".join((found.read_text(f"licenses/{name}") or "")[:400] for name in described.get_all("License-File", []))


@pytest.mark.parametrize("package", sorted(lock("all")))
def test_package_has_a_free_licence(package: str) -> None:
    try:
        licence = licence_of(package)
    except PackageNotFoundError:
        pytest.skip("not for this platform")

    assert any(name in licence for name in FREE), licence[:200]


def test_own_licence_is_apache_2_word_for_word() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2
    assert 'license = "Apache-2.0"' in text_of(Path("pyproject.toml"))
