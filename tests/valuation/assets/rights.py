"""One right of each kind beside the patent and the plant variety of ``asking``; all are invented."""

from __future__ import annotations

from typing import Any

TRADEMARK = {
    "kind": "trademark",
    "name": "商标示例",
    "number": "00000001",
    "jurisdiction": "CN",
    "nice_classes": [30, 31],
    "registration_date": "2015-01-21",
    "renewal": "expected",
}
FILM = {
    "kind": "copyright",
    "name": "影片示例",
    "work_kind": "film",
    "jurisdiction": "CN",
    "author": "legal_person",
    "first_published_on": "2019-02-05",
}
SOFTWARE = {
    "kind": "software",
    "name": "软件示例",
    "registration_number": "2018SR000000",
    "jurisdiction": "CN",
    "author": "legal_person",
    "first_published_on": "2018-06-30",
}
DRUG = {
    "kind": "drug_candidate",
    "name": "在研药物示例",
    "substance": "示例化合物",
    "indication": "示例适应症",
    "stage": "phase_2",
    "jurisdiction": "CN",
    "patent_filing_date": "2016-03-15",
}
REGION = {
    "kind": "gi_brand",
    "name": "地理标志示例",
    "goods": "芒果",
    "jurisdiction": "CN",
    "territory": "示例县",
    "registrant": "示例县芒果协会",
    "protection": "certification_mark",
    "registration_date": "2014-05-01",
}
RIGHTS: dict[str, dict[str, Any]] = {str(each["kind"]): each for each in (TRADEMARK, FILM, SOFTWARE, DRUG, REGION)}
