"""What this installation knows: the files of the product, and the operator's own policies beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import leverage.policy
import leverage.programme
import leverage.request
import pledge.policy_catalogue
import pledge.request
from api.analyses.schemas import AnalysisRequest, analysis_model
from leverage.programme import Programme
from leverage.request import ScenarioRequest
from pledge.request import PledgeQuoteRequest
from valuation.appraisal import AppraisalRequest
from valuation.appraisal import request_model as valuation_model
from valuation.errors import InputError, ReferenceDataError
from valuation.kernel.dated import DatedTable

__all__ = ["POLICY_FOLDERS", "Catalogues", "load_catalogues", "read_policy_texts"]

#: Subfolders of a folder of the operator's own files, named as the packages they add to.
POLICY_FOLDERS = ("pledge", "leverage", "programmes")
_MAXIMUM_FILE_BYTES = 2**20

Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Catalogues:
    """The request models as the files make them today, and the dated tables behind the answers."""

    valuation_request: type[AppraisalRequest]
    analysis_request: type[AnalysisRequest]
    pledge_request: type[PledgeQuoteRequest]
    leverage_request: type[ScenarioRequest]
    pledge_policies: Mapping[str, DatedTable]
    leverage_policies: Mapping[str, DatedTable]
    programmes: Mapping[str, Programme]


def load_catalogues(policy_dirs: Sequence[Path]) -> Catalogues:
    """Which models, policies and programmes are there?

    Raises
    ------
    InputError : a folder that is not as :data:`POLICY_FOLDERS` says.
    ReferenceDataError : a file that does not load, or one with the id of another file.
    """
    texts = read_policy_texts(policy_dirs)
    pledge_policies = _loaded(pledge.policy_catalogue.load_policies, texts["pledge"])
    leverage_policies = _loaded(leverage.policy.load_policies, texts["leverage"])
    if both := sorted(pledge_policies.keys() & leverage_policies.keys()):
        raise ReferenceDataError(
            f"policies of pledge and leverage share the ids {', '.join(both)}, expected distinct ids"
        )
    valuation_request = valuation_model()
    return Catalogues(
        valuation_request=valuation_request,
        analysis_request=analysis_model(valuation_request),
        pledge_request=pledge.request.request_model(pledge_policies),
        leverage_request=leverage.request.request_model(),
        pledge_policies=pledge_policies,
        leverage_policies=leverage_policies,
        programmes=_loaded(leverage.programme.load_programmes, texts["programmes"]),
    )


def read_policy_texts(policy_dirs: Sequence[Path]) -> dict[str, dict[str, str]]:
    """The operator's own TOML texts: subfolder → id → text.

    Raises
    ------
    InputError : a folder that does not exist, a file outside the known subfolders, an unreadable or overlong file.
    ReferenceDataError : two folders with a file of the same name.
    """
    texts: dict[str, dict[str, str]] = {name: {} for name in POLICY_FOLDERS}
    for folder in policy_dirs:
        if not folder.is_dir():
            raise _misplaced(folder, "no such folder")
        for path in sorted(folder.rglob("*.toml")):
            kind = path.parent.name
            if kind not in POLICY_FOLDERS or path.parent.parent != folder:
                raise _misplaced(path, "a TOML file in this place")
            if path.stem in texts[kind]:
                raise ReferenceDataError(f"{path}: found the id {path.stem} twice, expected distinct ids")
            texts[kind][path.stem] = _read(path)
    return texts


def _read(path: Path) -> str:
    if path.stat().st_size > _MAXIMUM_FILE_BYTES:
        raise InputError.of(str(path), found="a file too long", expected=f"at most {_MAXIMUM_FILE_BYTES} bytes")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError.of(str(path), found="bytes that are not UTF-8", expected="a TOML file in UTF-8") from None


def _misplaced(path: Path, found: str) -> InputError:
    expected = f"TOML files in the subfolders {', '.join(POLICY_FOLDERS)} of a folder that exists"
    return InputError.of(f"IPFIN_POLICY_DIRS: {path}", found=found, expected=expected)


def _loaded(load: Callable[[Mapping[str, str]], dict[str, Loaded]], extra: Mapping[str, str]) -> dict[str, Loaded]:
    """Load a catalogue; an operator's file may add to the packaged law, never silently replace it."""
    if twice := sorted(load({}).keys() & extra.keys()) if extra else []:
        raise ReferenceDataError(f"{', '.join(twice)}: found an id of the product's own, expected another id")
    return load(extra)
