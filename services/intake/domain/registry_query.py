"""What another system may search the registry by: three ways of writing it, one meaning.

`idtype-value` names a number; `predicate` is a list of comparisons; `expression` is nested comparisons as in
`{"$and": [{"sex": {"$eq": "female"}}, {"birth_date": {"$lt": "1957-01-01"}}]}`. Every become `Comparison`, `Every`, `Either` and `Not`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from shared.errors import RuleRefusal

IDENTITY: Final = "identity"
HOUSEHOLD: Final = "household_no"
NAMES: Final[Mapping[str, str]] = {
    "uin": IDENTITY, "nid": IDENTITY, "nationalid": IDENTITY, "national_id": IDENTITY, "identity_number": IDENTITY,
    "identifier": IDENTITY, "identifier_value": IDENTITY,
    "household_no": HOUSEHOLD, "household_id": HOUSEHOLD, "group_identifier": HOUSEHOLD,
    "sex": "sex", "gender": "sex", "dob": "birth_date", "birth_date": "birth_date", "date_of_birth": "birth_date", "yob": "birth_year",
    "birth_year": "birth_year", "registration_date": "registration_date", "is_disabled": "is_disabled", "group_size": "group_size",
    "category": "category", "place": "place", "area-code": "place", "area_code": "place", "division": "place", "location": "place",
    "status": "status",
}  # fmt: skip
"""What an attribute may be called (case apart), and what it is here."""
OPERATORS: Final = {"eq": "eq", "lt": "lt", "gt": "gt", "le": "le", "lte": "le", "ge": "ge", "gte": "ge", "in": "in"}
ONLY_EQUAL: Final = frozenset({IDENTITY, HOUSEHOLD, "sex", "is_disabled", "category", "place", "status"})
MOST_TESTS: Final = 30
DEEPEST: Final = 6
MOST_VALUES: Final = 100


class FilterInvalid(RuleRefusal):
    """What is searched for cannot be understood, or may not be searched for."""

    code = "filter-invalid"


@dataclass(frozen=True, slots=True)
class Comparison:
    attribute: str
    operator: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


Condition = Comparison | Every | Either | Not


def condition_of(query_type: str, query: Any) -> Condition:
    """Raises FilterInvalid."""
    read: Callable[[Any], Condition] | None = {"idtype-value": _by_number, "expression": _by_expression, "predicate": _by_predicates}.get(
        query_type
    )
    if read is None:
        raise FilterInvalid("不支持该查询方式；可用 idtype-value、expression、predicate")
    found = read(query)
    if sum(1 for _ in tests_of(found)) > MOST_TESTS:
        raise FilterInvalid(f"条件最多 {MOST_TESTS} 个")
    return found


def tests_of(condition: Condition) -> list[Comparison]:
    match condition:
        case Comparison():
            return [condition]
        case Not(part):
            return tests_of(part)
        case Every(parts) | Either(parts):
            return [test for part in parts for test in tests_of(part)]


def names_somebody(condition: Condition) -> bool:
    """Whether only people can be found whose identity number or household number the asker knows already."""
    match condition:
        case Comparison(attribute):
            return attribute in (IDENTITY, HOUSEHOLD)
        case Not():
            return False
        case Every(parts):
            return any(names_somebody(part) for part in parts)
        case Either(parts):
            return all(names_somebody(part) for part in parts)


def names_one(condition: Condition) -> bool:
    """Whether it is nothing but one identity number."""
    return isinstance(condition, Comparison) and condition.attribute == IDENTITY and len(condition.values) == 1


def _by_number(query: Any) -> Condition:
    """`{type, value}`; some clients put a pair into the value: `{id_type, id_value}`, `{identifier_type, identifier_value}`."""
    if not isinstance(query, dict) or "type" not in query or "value" not in query:
        raise FilterInvalid("idtype-value 须有 type 和 value")
    kind, value = query["type"], query["value"]
    if isinstance(value, dict):
        kind = value.get("id_type", value.get("identifier_type", value.get("type", kind)))
        value = value.get("id_value", value.get("identifier_value", value.get("value")))
    test = _test(str(kind).rsplit(":", 1)[-1], "eq", value)
    if test.attribute not in (IDENTITY, HOUSEHOLD):
        raise FilterInvalid("idtype-value 只能用身份证号（UIN）或户编号（household_no）")
    return test


def _by_predicates(query: Any) -> Condition:
    """Comparisons in order; each may join two."""
    if not isinstance(query, list) or not query or not all(isinstance(each, dict) for each in query):
        raise FilterInvalid("predicate 须为条件列表")
    if any(isinstance(number := each.get("seq_num", 0), bool) or not isinstance(number, int | float) for each in query):
        raise FilterInvalid("seq_num 须为数字")
    return Every(tuple(_pair(each) for each in sorted(query, key=lambda each: each.get("seq_num", 0))))


def _pair(predicate: Mapping[str, Any]) -> Condition:
    first = _comparison(predicate.get("expression1"))
    if "expression2" not in predicate:
        return Not(first) if predicate.get("condition") == "not" else first
    second = _comparison(predicate["expression2"])
    match predicate.get("condition", "and"):
        case "and":
            return Every((first, second))
        case "or":
            return Either((first, second))
        case "not":
            return Every((first, Not(second)))
    raise FilterInvalid("condition 须为 and、or 或 not")


def _comparison(given: Any) -> Comparison:
    if not isinstance(given, dict) or not {"attribute_name", "operator", "attribute_value"} <= set(given):
        raise FilterInvalid("条件须有 attribute_name、operator、attribute_value")
    return _test(given["attribute_name"], given["operator"], given["attribute_value"])


def _by_expression(query: Any) -> Condition:
    """`{type, value: {expression: {collection, query}}}`, or the inner query by itself."""
    for name in ("value", "expression", "query"):
        if isinstance(query, dict) and name in query:
            query = query[name]
    return _nested(query, 0)


def _nested(query: Any, depth: int) -> Condition:
    if not isinstance(query, dict) or not query or depth > DEEPEST:
        raise FilterInvalid("expression 无法识别")
    return _joined([_member(str(name), value, depth) for name, value in query.items()])


def _member(name: str, value: Any, depth: int) -> Condition:
    word = name.removeprefix("$").lower()
    if word in ("and", "or"):
        if not isinstance(value, list) or not value:
            raise FilterInvalid(f"{name} 须为条件列表")
        parts = tuple(_nested(part, depth + 1) for part in value)
        return Every(parts) if word == "and" else Either(parts)
    if word == "not":
        return Not(_nested(value, depth + 1))
    if not isinstance(value, dict):
        return _test(name, "eq", value)
    if not value:
        raise FilterInvalid(f"{name} 没有条件")
    return _joined([_test(name, str(operator).removeprefix("$"), one) for operator, one in value.items()])


def _joined(parts: Sequence[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _test(name: Any, operator: Any, value: Any) -> Comparison:
    attribute = NAMES.get(str(name).lower())
    if attribute is None:
        raise FilterInvalid("不能按该属性查询；可用 " + "、".join(sorted(set(NAMES.values()))))
    meant = OPERATORS.get(str(operator).lower())
    if meant is None or (attribute in ONLY_EQUAL and meant not in ("eq", "in")):
        raise FilterInvalid(f"{attribute} 不能这样比较")
    values = value if meant == "in" else [value]
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_VALUES:
        raise FilterInvalid(f"in 须为 1 至 {MOST_VALUES} 个值的列表")
    return Comparison(attribute, meant, tuple(_value(attribute, each) for each in values))


def _value(attribute: str, value: Any) -> Any:
    """The value as the registry holds it. Raises FilterInvalid; a value is never repeated in the message."""
    try:
        match attribute:
            case "birth_date" | "registration_date":
                return date.fromisoformat(str(value)[:10])
            case "birth_year" | "group_size":
                number = int(value)
                if isinstance(value, bool) or not 0 <= number <= 9999 - (attribute == "birth_year"):
                    raise ValueError
                return number
            case "is_disabled":
                if not isinstance(value, bool):
                    raise ValueError
                return value
            case "place":
                if not str(value).isdigit() or len(str(value)) > len("420200000000"):
                    raise ValueError
                return str(value)
    except (TypeError, ValueError, OverflowError) as fault:
        raise FilterInvalid(f"{attribute} 的值不正确") from fault
    if not isinstance(value, str | int) or isinstance(value, bool) or not str(value).strip() or not str(value).isprintable():
        raise FilterInvalid(f"{attribute} 的值不正确")
    return str(value).strip()


def as_json(condition: Condition) -> Sequence[Any]:
    """A condition to be kept, sealed: an identity number in it is in clear."""
    match condition:
        case Comparison(attribute, operator, values):
            return ["test", attribute, operator, [str(each) if isinstance(each, date) else each for each in values]]
        case Not(part):
            return ["not", as_json(part)]
        case Every(parts):
            return ["all", [as_json(part) for part in parts]]
        case Either(parts):
            return ["any", [as_json(part) for part in parts]]


def of_json(kept: Sequence[Any]) -> Condition:
    """What was kept."""
    match kept:
        case ["test", attribute, operator, values]:
            days = attribute in ("birth_date", "registration_date")
            return Comparison(attribute, operator, tuple(date.fromisoformat(each) if days else each for each in values))
        case ["not", part]:
            return Not(of_json(part))
        case ["all", parts]:
            return Every(tuple(of_json(part) for part in parts))
        case ["any", parts]:
            return Either(tuple(of_json(part) for part in parts))
    raise ValueError("no condition")
