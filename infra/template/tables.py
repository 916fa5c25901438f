"""The DynamoDB tables: keys and indexes, written once for CloudFormation and for the unit tests' ``create_table``.

``chalicelib/store`` owns what the keys mean; here is only which attributes are keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.template import names

TTL_ATTRIBUTE = "expires_at"


@dataclass(frozen=True)
class Table:
    """Every table has the key (``pk``, ``sk``). Indexes: name → key attributes; all of them project everything."""

    local_indexes: Mapping[str, str] = field(default_factory=dict)  # the sort key; the hash key is the table's
    global_indexes: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # (hash key, sort key)


DUE = ("due_shard", "due_at")
LISTED = ("listed", "listed_order")

TABLES: Mapping[str, Table] = {
    "desk": Table(
        local_indexes={"unfinished": "unfinished_order"},
        global_indexes={"related": ("related", "related_order"), "due": DUE, "listed": LISTED},
    ),
    "outages": Table(global_indexes={"due": DUE, "listed": LISTED}),
    "voice": Table(global_indexes={"listed": LISTED}),
    "settings": Table(),
}


def definition(name: str) -> dict[str, Any]:
    """Keys, indexes and billing of a table as both ``create_table`` of boto3 and CloudFormation take them."""
    table = TABLES[name]
    attributes = [
        "pk",
        "sk",
        *table.local_indexes.values(),
        *(k for keys in table.global_indexes.values() for k in keys),
    ]
    shape: dict[str, Any] = {
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in dict.fromkeys(attributes)
        ],
        "KeySchema": _key("pk", "sk"),
        "BillingMode": "PAY_PER_REQUEST",
    }
    if table.local_indexes:
        shape["LocalSecondaryIndexes"] = [_index(name, "pk", sort) for name, sort in table.local_indexes.items()]
    if table.global_indexes:
        shape["GlobalSecondaryIndexes"] = [_index(name, *keys) for name, keys in table.global_indexes.items()]
    return shape


def tables(prefix: str = "") -> list[dict[str, Any]]:
    """Arguments of boto3's ``create_table`` for every table: what unit tests make in moto."""
    return [{"TableName": prefix + name, **definition(name)} for name in TABLES]


def resources() -> dict[str, Any]:
    return {
        names.logical(name, "table"): {
            "Type": "AWS::DynamoDB::Table",
            # Tickets outlive a stack that was deleted by mistake.
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "TableName": names.physical(name),
                **definition(name),
                "DeletionProtectionEnabled": {"Fn::If": ["ProtectsData", True, False]},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                "TimeToLiveSpecification": {"AttributeName": TTL_ATTRIBUTE, "Enabled": True},
            },
        }
        for name in TABLES
    }


def _key(hash_key: str, sort_key: str) -> list[dict[str, str]]:
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": sort_key, "KeyType": "RANGE"}]


def _index(name: str, hash_key: str, sort_key: str) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": _key(hash_key, sort_key), "Projection": {"ProjectionType": "ALL"}}
