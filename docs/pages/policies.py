"""Every dated policy of the product: each parameter with its steps, sources and gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.catalogues import load_catalogues
from api.policies.service import policy_documents
from docs.markdown import anchor, document, table

__all__ = ["page"]

AREAS = {"pledge": "质押 pledge", "leverage": "杠杆 leverage"}
STATUSES = {
    "read": "已核对 read",
    "recalled": "凭记忆 recalled",
    "gap": "**缺失 gap**",
    "hypothesis": "假设 hypothesis",
}


def page() -> str:
    """The page of all policies, one section each, after a list of what is missing."""
    documents = list(policy_documents(load_catalogues([])).values())
    rows = (
        (anchor(each["id"]), AREAS[each["area"]], _both(each["label"]), ", ".join(f"`{gap}`" for gap in each["gaps"]))
        for each in documents
    )
    listed = table(("编号 Id", "领域 Area", "名称 Name", "缺失 Gaps"), rows)
    sections = (line for each in documents for line in _section(each))
    return document("政策 · Policies", listed, sections)


def _both(label: dict[str, str]) -> str:
    return f"{label['zh']} · {label['en']}"


def _section(policy: dict[str, Any]) -> Iterator[str]:
    yield from (f'<a id="{policy["id"]}"></a>', "", f"## {_both(policy['label'])}", "")
    yield from (f"`{policy['id']}` · {AREAS[policy['area']]} · `{policy['kind']}`", "")
    rows = [
        (f"`{each['name']}`", _both(each["label"]), each["unit"], *_step(step))
        for each in policy["parameters"]
        for step in each["steps"]
    ]
    heads = ("参数 Parameter", "名称 Name", "单位 Unit", "起 From", "取值 Value", "核对 Status", "来源 Source")
    yield from table(heads, rows)
    yield from table(("来源 Source", "核对 Status", "出处 Citation"), (_source(each) for each in policy["sources"]))
    if policy["facts"]:
        yield from table(("事实 Fact", "内容 Content"), _facts(policy["facts"]))
    for example in policy["examples"]:
        yield from _example(example)


def _example(example: dict[str, Any]) -> Iterator[str]:
    """A worked example: its facts, its arithmetic line by line, what comes out."""
    yield from (f"**算例 Example** {_both(example['title'])}（{example['on']} · `{example['question']}`）", "")
    facts = "；".join(f"{name} = {found}" for name, found in _facts(example["facts"]))
    if "expected" in example:
        result = "；".join(f"`{name}` = {found}" for name, found in example["expected"].items())
    else:
        result = f"报错 error `{example['expected_error']}`：{example['expected_text']}"
    lines = [*([f"已知 Given: {facts}"] if facts else []), *example["arithmetic"], f"结果 Result: {result}"]
    yield from (*(f"- {line}" for line in lines), "")


def _step(step: dict[str, Any]) -> tuple[str, str, str, str]:
    value = step.get("value", "")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if step.get("repealed"):
        text = "已废止 repealed"
    return (step["from"], step.get("gap", text), STATUSES[step["status"]], f"`{step['source']}`")


def _source(source: dict[str, str]) -> tuple[str, str, str]:
    known = [source[name] for name in ("title", "number", "article", "date", "address") if name in source]
    return (f"`{source['id']}`", STATUSES[source["status"]], ", ".join(known))


def _facts(facts: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Nested facts as one row for each value."""
    if isinstance(facts, dict):
        for name, item in facts.items():
            yield from _facts(item, f"{path}.{name}" if path else name)
    elif isinstance(facts, list) and facts and isinstance(facts[0], dict | list):
        for number, item in enumerate(facts):
            yield from _facts(item, f"{path}[{number}]")
    else:
        yield f"`{path}`", ", ".join(map(str, facts)) if isinstance(facts, list) else str(facts)
